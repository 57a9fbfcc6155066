import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

const url = new URL('/graphql', location.href).href;

/**
 * Sends operations to this server, subscriptions over a WebSocket. Browsers let pages set no headers of a WebSocket, so it
 * introduces itself with them. Each subscription has a connection of its own: headers that were edited meanwhile count. One that
 * breaks is shown as it is, and not tried again.
 */
export const fetcher: Fetcher = (params, options) => {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: options?.headers ?? {},
    retryAttempts: 0,
  });
  return createGraphiQLFetcher({ url, wsClient: socket, enableIncrementalDelivery: false })(params, options);
};
