// Follows the log with graphql-sse, in its mode of distinct connections.
import { createClient } from 'graphql-sse';
import { after, document, key, receive, url } from './common.mjs';

const client = createClient({ url, headers: { 'X-ApiKey': key }, retryAttempts: 0 });
const variables = { after };

for (let finished = false; !finished; ) {
  for await (const { data, errors } of client.iterate({ query: document, variables })) {
    if (errors) throw new Error(JSON.stringify(errors));
    variables.after = data.contactChanges.cursor;
    const { disconnect, done } = receive(data.contactChanges);
    finished = done;
    if (disconnect || done) break;
  }
}
client.dispose();
