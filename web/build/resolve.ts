import { fileURLToPath } from 'node:url';

/** How pages and tests import the package of clients/typescript: from its sources. */
export const resolve = {
  alias: {
    'contactgraph-client': fileURLToPath(new URL('../../clients/typescript/src', import.meta.url)),
  },
  dedupe: ['@apollo/client', 'graphql', 'react'], // the package has its own for its tests
};
