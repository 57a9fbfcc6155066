// For urql: its client as the client of this package.
import {
  type AnyVariables,
  createRequest,
  type OperationResult,
  type OperationResultSource,
  type Client as UrqlClient,
} from '@urql/core';
import type { Client } from './client.js';
import { ConnectionError, requestErrorOf } from './errors.js';
import { operationType } from './operation.js';
import { badResponse, failureOf } from './response.js';

/**
 * Returns a client of urql as the client of this package, so that its cache has what is read and
 * written. Subscriptions are sent by another client, such as that of createClient, because those of
 * urql can stay open, or end, without reporting it.
 */
export function fromUrql(urql: UrqlClient, streams: Pick<Client, 'subscribe'>): Client {
  return {
    subscribe: (document, variables, options) => streams.subscribe(document, variables, options),
    async execute(document, variables, { headers, signal } = {}) {
      const request = createRequest(document, variables as AnyVariables);
      const mutation = operationType(document) === 'mutation';
      const { context } = urql.createRequestOperation(mutation ? 'mutation' : 'query', request);
      const own =
        typeof context.fetchOptions === 'function' ? context.fetchOptions() : context.fetchOptions;
      const fetchOptions = {
        ...own,
        headers: { ...Object.fromEntries(new Headers(own?.headers)), ...headers },
      };
      const source = mutation
        ? urql.executeMutation(request, { fetchOptions })
        : urql.executeQuery(request, { fetchOptions, requestPolicy: 'network-only' });
      const { data, error } = await first(source, signal);
      if (!error) return data as never;
      const response: Response | undefined = error.response;
      const failure = { ...(response && failureOf(response)), cause: error };
      if (error.graphQLErrors.length > 0)
        throw requestErrorOf(error.graphQLErrors, { data, ...failure });
      if (!response || response.ok) throw new ConnectionError(error.message, failure);
      throw badResponse(response, error);
    },
  };
}

/** Returns the first result that is not stale. urql replaces the signal of the fetch options. */
function first(
  source: OperationResultSource<OperationResult>,
  signal: AbortSignal | undefined,
): Promise<OperationResult> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      subscription.unsubscribe();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const subscription = source.subscribe((result) => {
      if (result.stale || result.hasNext) return;
      signal?.removeEventListener('abort', abort);
      resolve(result);
    });
  });
}
