// Follows the log with graphql-ws. Its connection is terminated; the library reconnects by itself, and
// subscribes from the last cursor.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { after, document, key, receive, url } from './common.mjs';

const client = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { 'X-ApiKey': key },
  shouldRetry: () => true,
});
const variables = { after }; // sent again with each connection

for await (const { data, errors } of client.iterate({ query: document, variables })) {
  if (errors) throw new Error(JSON.stringify(errors));
  variables.after = data.contactChanges.cursor;
  const { disconnect, done } = receive(data.contactChanges);
  if (disconnect) client.terminate();
  if (done) break;
}
await client.dispose();
