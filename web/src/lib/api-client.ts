// The connection to the server: queries and mutations over HTTP, subscriptions over a WebSocket.
// Both send the session's cookie, which scripts cannot read.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { Client } from 'contactgraph-client';
import { fromApollo } from 'contactgraph-client/apollo';
import { createClient } from 'graphql-ws';
import { map, tap } from 'rxjs';
import interfaces from '../gql/types';
import { isUnauthenticated, rememberRequestId } from './fault';

/** Returns 128 random bits in hex. crypto.randomUUID is available over HTTPS only. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/**
 * Sends an id with each request. Errors carry it, so that an operator can find the request in the
 * log.
 */
const requestIdLink = new ApolloLink((operation, forward) => {
  const id = randomId();
  operation.setContext(({ headers }: { headers?: Record<string, string> }) => ({
    headers: { ...headers, 'X-Request-ID': id },
  }));
  return forward(operation).pipe(
    map((result) =>
      result.errors ? { ...result, extensions: { ...result.extensions, requestId: id } } : result,
    ),
    tap({ error: (error) => rememberRequestId(error, id) }),
  );
});

/** Mutations without an idempotency key: they change the session, not data. */
const sessionMutations = ['SignIn', 'SignOut'];

const isSessionMutation = (name: string | undefined) => sessionMutations.includes(name ?? '');

/**
 * Sends an idempotency key with each write, so that the server applies it once however often it is
 * sent.
 */
const idempotencyLink = new ApolloLink((operation, forward) => {
  if (operation.operationType === 'mutation' && !isSessionMutation(operation.operationName)) {
    operation.setContext(({ headers }: { headers?: Record<string, string> }) => ({
      headers: { 'Idempotency-Key': randomId(), ...headers },
    }));
  }
  return forward(operation);
});

/**
 * Repeats requests without a response. This is safe: queries change nothing, and writes have a key.
 */
const retryLink = new RetryLink({
  delay: { initial: 300, max: 3000 },
  attempts: (count, operation, error) =>
    count < 4 && error instanceof TypeError && !isSessionMutation(operation.operationName),
});

/** The console's connection. */
export interface Api {
  client: ApolloClient;
  /** The same, for the draft of a contact and the feed. */
  contacts: Client;
  /**
   * Calls the listener each time the WebSocket has connected. Returns a function that removes the
   * listener.
   */
  onConnected(listener: () => void): () => void;
}

/**
 * Connects to the server of this page. onSignedOut is called when a response says that the session
 * has ended.
 */
export function connect(onSignedOut: () => void): Api {
  const socket = createClient({
    url: new URL('/graphql', window.location.href).href.replace(/^http/, 'ws'),
    retryAttempts: 0, // a subscriber that reconnects starts from a later cursor
  });
  const sessionLink = new ApolloLink((operation, forward) =>
    forward(operation).pipe(tap(({ errors }) => errors?.some(isUnauthenticated) && onSignedOut())),
  );
  const http = ApolloLink.from([
    sessionLink,
    idempotencyLink,
    retryLink,
    requestIdLink,
    new HttpLink({ uri: '/graphql' }),
  ]);
  const client = new ApolloClient({
    cache: new InMemoryCache(interfaces),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      http,
    ),
    defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network' } },
  });
  const onConnected: Api['onConnected'] = (listener) => socket.on('connected', listener);
  return { client, contacts: fromApollo(client, { onConnected }), onConnected };
}
