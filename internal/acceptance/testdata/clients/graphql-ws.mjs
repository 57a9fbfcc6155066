// Follows the log with graphql-ws. Its connection is cut off under it; it connects again by itself, from the last cursor.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { after, document, key, take, url } from './follow.mjs';

const client = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { 'X-ApiKey': key },
  shouldRetry: () => true,
});
const variables = { after }; // sent anew with each connection

for await (const { data, errors } of client.iterate({ query: document, variables })) {
  if (errors) throw new Error(JSON.stringify(errors));
  variables.after = data.contactChanges.cursor;
  const { lose, done } = take(data.contactChanges);
  if (lose) client.terminate();
  if (done) break;
}
await client.dispose();
