import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

const url = new URL('/graphql', location.href).href;

const send = createGraphiQLFetcher({ url, enableIncrementalDelivery: false });

/**
 * Sends operations to this server, subscriptions over a WebSocket. Browsers let pages set no headers of a WebSocket, so it
 * introduces itself with them. Each subscription has a connection of its own: headers that were edited meanwhile count. One that
 * breaks is shown as it is, and not tried again.
 */
export const fetcher: Fetcher = (params, options) => {
  const operation = operationOf(params);
  if (operation?.operation !== 'subscription') return send({ ...params, operationName: operation?.name?.value ?? null }, options);

  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: options?.headers ?? {},
    retryAttempts: 0,
  });
  // GraphiQL's own fetcher would also throw a connection that breaks where nobody catches it.
  const subscribe = (sink: Sink) => ({
    unsubscribe: socket.subscribe<ExecutionResult['data']>(
      { ...params, operationName: operation.name?.value ?? null },
      {
        next: (result) => sink.next(result as ExecutionResult),
        error: (error) => sink.error(toldBy(error)),
        complete: () => sink.complete(),
      },
    ),
  });
  return { subscribe: subscribe as never }; // GraphiQL calls none of the other forms that its type has
};

/**
 * The operation that is to run. GraphiQL takes a moment to see that there is another document, and until then gives the name of
 * the one before: such a name is as good as none.
 */
function operationOf({ query, operationName }: FetcherParams) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null; // the server says what is wrong
  }
}

interface Sink {
  next(result: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/** What to show of an error. The event of a socket that was closed has nothing of its own to show. */
function toldBy(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  const why = error.reason && `: ${error.reason}`;
  return { message: `The connection was closed with code ${error.code}${why}` };
}
