// Follows the log with Apollo Client: first over graphql-ws, then with one query for the next change,
// and from there over graphql-sse.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { after, document, key, receive, url } from './common.mjs';

const headers = { 'X-ApiKey': key };
const ws = createWsClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers });
const sse = createSseClient({ url, headers });
const sseLink = new ApolloLink(
  ({ query, variables }) => new Observable((sink) => sse.subscribe({ query: print(query), variables }, sink)),
);
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    ApolloLink.split((operation) => operation.getContext().sse, sseLink, new GraphQLWsLink(ws)),
    new HttpLink({ uri: url, headers }),
  ),
});

// follow receives changes until it must disconnect or has all, and returns the cursor of the last.
function follow(after, context) {
  return new Promise((resolve, reject) => {
    const subscription = client.subscribe({ query: gql(document), variables: { after }, context }).subscribe({
      next({ data, error }) {
        if (error) return reject(error);
        const { disconnect, done } = receive(data.contactChanges);
        if (!disconnect && !done) return;
        subscription.unsubscribe();
        resolve(data.contactChanges.cursor);
      },
      error: reject,
    });
  });
}

const cursor = await follow(after, {});
const page = await client.query({
  query: gql`query Next($after: String!) {
    contactChanges(after: $after, first: 1) { changes { cursor contactId version kind fields { path old new } } endCursor }
  }`,
  variables: { after: cursor },
});
page.data.contactChanges.changes.forEach(receive);
await follow(page.data.contactChanges.endCursor, { sse: true });
await ws.dispose();
sse.dispose();
