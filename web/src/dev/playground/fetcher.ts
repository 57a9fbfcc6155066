import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

/** The URL of the API. */
export const url = new URL('/graphql', location.href).href;

const send = createGraphiQLFetcher({ url, enableIncrementalDelivery: false });

/**
 * Sends operations to this server, subscriptions over a WebSocket. Pages cannot set headers of a
 * WebSocket, so they are sent in its first message. Each subscription has a connection of its own,
 * which uses the current headers. An error ends the subscription and is shown; there is no retry.
 */
export const fetcher: Fetcher = (params, options) => {
  const operation = operationOf(params);
  if (operation?.operation !== 'subscription')
    return send({ ...params, operationName: operation?.name?.value ?? null }, options);

  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: options?.headers ?? {},
    retryAttempts: 0,
  });
  // GraphiQL's own fetcher would also throw an uncaught error when the connection is lost.
  const subscribe = (sink: Sink) => ({
    unsubscribe: socket.subscribe<ExecutionResult['data']>(
      { ...params, operationName: operation.name?.value ?? null },
      {
        next: (result) => sink.next(result as ExecutionResult),
        error: (error) => sink.error(displayedError(error)),
        complete: () => sink.complete(),
      },
    ),
  });
  return { subscribe: subscribe as never }; // GraphiQL uses this part of the type only
};

/**
 * Returns the operation to run. After an edit, GraphiQL passes the operation name of the previous
 * document for a moment: a name that is not in the document is ignored.
 */
function operationOf({ query, operationName }: FetcherParams) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null; // the server reports the syntax error
  }
}

interface Sink {
  next(result: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * Returns the error to show. A close event is replaced by a message, because GraphiQL would show it
 * as {}.
 */
function displayedError(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  const reason = error.reason && ` (${error.reason})`;
  return { message: `The connection was closed with code ${error.code}${reason}.` };
}
