// What responses report apart from their body.
import { ConnectionError, type Failure, RequestError } from './errors.js';

/** Returns what the status and the headers of a response report about a failure. */
export function failureOf({ status, headers }: Response): Failure {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return {
    status,
    retryAfter: Number.isFinite(seconds) ? seconds : undefined,
    requestId: headers.get('X-Request-ID') ?? undefined,
  };
}

/** Returns the error of a response that is not one of this server: it may come from a proxy. */
export function badResponse(response: Response, cause?: unknown): RequestError {
  const { status } = response;
  const message = `The response is not one of the GraphQL API (status ${status}).`;
  const failure = { ...failureOf(response), cause };
  if (status >= 500 || status === 408 || status === 429)
    return new ConnectionError(message, failure);
  return new RequestError(message, 'BAD_RESPONSE', failure);
}
