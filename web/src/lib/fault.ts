// Faults: requests that failed for a reason that the person cannot fix in a form.
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { RequestError } from 'contactgraph-client';
import type { GraphQLFormattedError } from 'graphql';

/** A failed request. */
export interface Fault {
  /** What happened, for people. */
  message: string;
  /** The request's id in the server's log; absent if the request was never sent. */
  requestId?: string | undefined;
}

/** A failed request whose error the server has explained for people. */
export class ExplainedError extends Error {}

const requestIds = new WeakMap<object, string>();

/** Stores the id of the request that an error belongs to. */
export function rememberRequestId(error: unknown, requestId: string): void {
  if (typeof error === 'object' && error !== null) requestIds.set(error, requestId);
}

/** Whether a GraphQL error says that the caller is not, or no longer, signed in. */
export function isUnauthenticated({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.code === 'UNAUTHENTICATED';
}

/** Describes an error of a request. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RequestError && error.cause !== undefined) return faultOf(error.cause);
  if (CombinedGraphQLErrors.is(error)) {
    return {
      message: error.errors.map((e) => e.message).join(' '),
      requestId: error.extensions?.requestId as string | undefined,
    };
  }
  const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
  if (error instanceof ExplainedError) return { message: error.message, requestId };
  if (ServerError.is(error))
    return {
      message: `The server returned an error (${error.statusCode}). Try again in a moment.`,
      requestId,
    };
  if (requestId)
    return {
      message: 'The server cannot be reached. Check your connection and try again.',
      requestId,
    };
  return { message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}` };
}
