// How the console talks to the server: queries and mutations over HTTP, subscriptions over a WebSocket, both with the session's
// cookie, which no script can read.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { type Client, createClient } from 'graphql-ws';
import { map, tap } from 'rxjs';
import interfaces from '../gql/types';
import { came, isUnauthenticated } from './fault';

/** A new random name for a request. crypto.randomUUID would ask for HTTPS. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Gives each request an id, which errors carry on, so that an operator can find it in the log. */
const named = new ApolloLink((operation, forward) => {
  const id = randomId();
  operation.setContext(({ headers }: { headers?: Record<string, string> }) => ({ headers: { ...headers, 'X-Request-ID': id } }));
  return forward(operation).pipe(
    map((result) => (result.errors ? { ...result, extensions: { ...result.extensions, requestId: id } } : result)),
    tap({ error: (error) => came(error, id) }),
  );
});

/** Mutations that take no key: what they do is about the session, not about data. */
const unkeyed = ['SignIn', 'SignOut'];

/** Names each write, so that the server applies it once however often it is sent. */
const keyed = new ApolloLink((operation, forward) => {
  if (operation.operationType === 'mutation' && !unkeyed.includes(operation.operationName ?? '')) {
    operation.setContext({ headers: { 'Idempotency-Key': randomId() } });
  }
  return forward(operation);
});

/** Sends again what got no answer. That is safe: queries change nothing, and writes are keyed. */
const retried = new RetryLink({
  delay: { initial: 300, max: 3000 },
  attempts: (count, operation, error) =>
    count < 4 && error instanceof TypeError && !unkeyed.includes(operation.operationName ?? ''),
});

/** The connection of the console. */
export interface Api {
  client: ApolloClient;
  /** Calls the listener whenever the WebSocket is there, until the function that it returns is called. */
  onConnected(listener: () => void): () => void;
}

/** Connects to the server that the page came from. onSignedOut is called when it no longer knows who is asking. */
export function connect(onSignedOut: () => void): Api {
  const socket: Client = createClient({
    url: new URL('/graphql', window.location.href).href.replace(/^http/, 'ws'),
    retryAttempts: 0, // who follows the log goes on from another cursor than it began with
  });
  const watched = new ApolloLink((operation, forward) =>
    forward(operation).pipe(tap(({ errors }) => errors?.some(isUnauthenticated) && onSignedOut())),
  );
  const http = ApolloLink.from([watched, keyed, retried, named, new HttpLink({ uri: '/graphql' })]);
  return {
    client: new ApolloClient({
      cache: new InMemoryCache(interfaces),
      link: ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), http),
      defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network' } },
    }),
    onConnected: (listener) => socket.on('connected', listener),
  };
}
