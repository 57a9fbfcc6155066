// For Apollo Client: the settings of its cache, and its client as the client of this package.
import type { ApolloClient, InMemoryCacheConfig, TypePolicies } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError, ServerParseError } from '@apollo/client/errors';
import { relayStylePagination } from '@apollo/client/utilities';
import type { Client } from './client.js';
import { ConnectionError, requestErrorOf } from './errors.js';
import possible from './generated/possible-types.js';
import { iterate, type Observable } from './iterate.js';
import { operationType } from './operation.js';
import { badResponse } from './response.js';

/** The types that implement each interface. Fragments on `UserError` and `Node` need them. */
export const { possibleTypes } = possible;

/** Replaces a list that has no ids, without a warning: see docs/caches.md. */
const replaced = { merge: false } as const;

/**
 * How the cache stores objects. Pages of contacts and of changes are appended: select `edges` with
 * their `cursor`, because `nodes` has the last page only.
 */
export const typePolicies: TypePolicies = {
  Query: { fields: { contacts: relayStylePagination(['filter', 'orderBy']) } },
  Contact: {
    fields: {
      changes: relayStylePagination(),
      logins: replaced,
      externalIds: replaced,
      lastChanges: replaced,
    },
  },
  ContactProperty: { fields: { values: replaced } },
  Change: { fields: { fields: replaced } },
  AccountSettings: { keyFields: [] }, // one object for the viewer
  Viewer: { fields: { secondFactor: { merge: true } } }, // one object for the viewer
};

/** The settings for `new InMemoryCache(cacheConfig)`. */
export const cacheConfig: InMemoryCacheConfig = { possibleTypes, typePolicies };

export interface FromApolloOptions {
  /**
   * Calls a listener each time the link for subscriptions has connected. Returns a function that
   * removes it.
   */
  onConnected?: (listener: () => void) => () => void;
}

/**
 * Returns an Apollo Client as the client of this package. Its link must send the headers of the
 * context, as HttpLink does, and subscriptions, as GraphQLWsLink does.
 */
export function fromApollo(apollo: ApolloClient, { onConnected }: FromApolloOptions = {}): Client {
  return {
    async execute(document, variables, { headers, signal } = {}) {
      const context = { headers, fetchOptions: { signal }, queryDeduplication: false };
      const common = { variables: variables as object, context, errorPolicy: 'none' as const };
      try {
        const { data } =
          operationType(document) === 'mutation'
            ? await apollo.mutate({ mutation: document, ...common })
            : await apollo.query({ query: document, ...common, fetchPolicy: 'network-only' });
        return data as never;
      } catch (error) {
        throw signal?.aborted ? error : errorOf(error);
      }
    },
    async *subscribe(document, variables, { headers, signal, onOpen } = {}) {
      const removeListener = onOpen && onConnected?.(onOpen);
      const options = {
        query: document,
        variables: variables as object,
        context: { headers },
      };
      try {
        const results: Observable<ApolloClient.SubscribeResult> = apollo.subscribe(options);
        for await (const { data, error } of iterate(results, signal)) {
          if (error) throw error;
          yield data as never;
        }
      } catch (error) {
        if (signal?.aborted) throw error;
        throw errorOf(error, new ConnectionError('The subscription failed.', { cause: error }));
      } finally {
        removeListener?.();
      }
    },
  };
}

/** Returns an error of Apollo Client as one of this package, or otherwise another error. */
function errorOf(error: unknown, otherwise: unknown = error): unknown {
  if (CombinedGraphQLErrors.is(error))
    return requestErrorOf(error.errors, { data: error.data, cause: error });
  if (ServerError.is(error) || ServerParseError.is(error))
    return badResponse(error.response, error);
  if (error instanceof TypeError)
    return new ConnectionError('The server cannot be reached.', { cause: error });
  return otherwise;
}
