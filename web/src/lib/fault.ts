// What went wrong, in words for people.
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import type { GraphQLFormattedError } from 'graphql';

/** A request that did not do what it should: nothing that the person can mend in a form. */
export interface Fault {
  message: string;
  /** By what an operator finds the request in the log; absent if it never got an id. */
  requestId?: string | undefined;
}

const requestIds = new WeakMap<object, string>();

/** Notes by which request an error came. */
export function came(error: unknown, requestId: string): void {
  if (typeof error === 'object' && error !== null) requestIds.set(error, requestId);
}

/** Whether an error of GraphQL says that the server does not know, or no longer knows, who is asking. */
export function isUnauthenticated({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.code === 'UNAUTHENTICATED';
}

/** Says what went wrong with a request. */
export function faultOf(error: unknown): Fault {
  if (CombinedGraphQLErrors.is(error)) {
    return {
      message: error.errors.map((e) => e.message).join(' '),
      requestId: error.extensions?.requestId as string | undefined,
    };
  }
  const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
  if (ServerError.is(error))
    return { message: `The server answered with ${error.statusCode}. Try again in a moment.`, requestId };
  if (requestId) return { message: 'The server cannot be reached. Check the connection, and try again.', requestId };
  return { message: `The page has failed: ${error instanceof Error ? error.message : String(error)}` };
}
