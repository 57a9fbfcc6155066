// Errors of requests as classes, each with its `code`. What a person can fix in a form is not one
// of them: it is in the `errors` of a payload, whose types `__typename` distinguishes.
import type { ErrorPartsFragment, UserErrorCode } from './generated/documents.js';

/** An error in the response of a request. */
export interface ResponseError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** What is known about a failed request. */
export interface Failure {
  /** The errors of the response. */
  errors?: readonly ResponseError[];
  /** The data of the response: other fields of the document can have been executed. */
  data?: unknown;
  /** The status of the response. */
  status?: number | undefined;
  /** How many seconds the server asks the caller to wait. */
  retryAfter?: number | undefined;
  /** The id of the request, by which an operator finds it in the log of the server. */
  requestId?: string | undefined;
  cause?: unknown;
}

/** A request that failed. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';
  readonly errors: readonly ResponseError[];
  readonly data: unknown;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(
    message: string,
    readonly code: string,
    { errors = [], data, status, retryAfter, requestId, cause }: Failure = {},
  ) {
    super(message, { cause });
    this.errors = errors;
    this.data = data;
    this.status = status;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }
}

/** There is no response. A write may have been applied. */
export class ConnectionError extends RequestError {
  override readonly name = 'ConnectionError';

  constructor(message: string, failure?: Failure) {
    super(message, 'NO_RESPONSE', failure);
  }
}

/** The request is malformed, or has an argument of the wrong type. */
export class BadInputError extends RequestError {
  override readonly name = 'BadInputError';
}

/** The credentials are missing or unknown, or have expired. */
export class UnauthenticatedError extends RequestError {
  override readonly name = 'UnauthenticatedError';
}

/** The caller does not have permission. */
export class ForbiddenError extends RequestError {
  override readonly name = 'ForbiddenError';
}

/** The operation or its response is too large. */
export class CostLimitError extends RequestError {
  override readonly name = 'CostLimitError';
}

/** There were too many requests: wait for `retryAfter` seconds. */
export class RateLimitedError extends RequestError {
  override readonly name = 'RateLimitedError';
}

/** The contact never had the version of a snapshot, or the log does not reach back to it. */
export class NoSuchVersionError extends RequestError {
  override readonly name = 'NoSuchVersionError';
}

/** The contact was merged into another one, which `extensions.mergedInto` of the error names. */
export class MergedError extends RequestError {
  override readonly name = 'MergedError';
}

/** The log cannot continue from the cursor. */
export class CursorExpiredError extends RequestError {
  override readonly name = 'CursorExpiredError';
}

/** The server is temporarily unavailable. Nothing was changed. */
export class UnavailableError extends RequestError {
  override readonly name = 'UnavailableError';
}

/** It is unknown whether a write was applied: repeat it with the same idempotency key. */
export class OutcomeUnknownError extends RequestError {
  override readonly name = 'OutcomeUnknownError';
}

/** The server failed. A write may have been applied. */
export class InternalError extends RequestError {
  override readonly name = 'InternalError';
}

const classes: Readonly<
  Record<string, new (message: string, code: string, failure: Failure) => RequestError>
> = {
  BAD_USER_INPUT: BadInputError,
  GRAPHQL_PARSE_FAILED: BadInputError,
  GRAPHQL_VALIDATION_FAILED: BadInputError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  COST_LIMIT: CostLimitError,
  RATE_LIMITED: RateLimitedError,
  NO_SUCH_VERSION: NoSuchVersionError,
  MERGED: MergedError,
  CURSOR_EXPIRED: CursorExpiredError,
  SERVICE_UNAVAILABLE: UnavailableError,
  OUTCOME_UNKNOWN: OutcomeUnknownError,
  INTERNAL_SERVER_ERROR: InternalError,
};

/** Returns the errors of a response as one error, whose class is that of the first one's code. */
export function requestErrorOf(
  errors: readonly ResponseError[],
  failure: Omit<Failure, 'errors'> = {},
): RequestError {
  const code = String(errors[0]?.extensions?.code ?? 'UNKNOWN');
  const seconds = Number(errors[0]?.extensions?.retryAfter);
  const message = errors.map((error) => error.message).join(' ');
  return new (classes[code] ?? RequestError)(message, code, {
    errors,
    ...failure,
    retryAfter: failure.retryAfter ?? (Number.isFinite(seconds) ? seconds : undefined),
  });
}

/** Whether a write that failed so may have been applied. */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof OutcomeUnknownError ||
    error instanceof InternalError
  );
}

/** Whether the same request can succeed later. */
export function isTemporary(error: unknown): boolean {
  return (
    isOutcomeUnknown(error) ||
    error instanceof UnavailableError ||
    error instanceof RateLimitedError
  );
}

/** An error that a person can fix. `__typename` distinguishes the types, `code` the causes. */
export type UserError = ErrorPartsFragment;

/** The names of the types of errors that a person can fix. */
export type UserErrorType = UserError['__typename'];

/** An error of one type that a person can fix. */
export type UserErrorOf<T extends UserErrorType, E extends UserError = UserError> = Extract<
  E,
  { __typename: T }
>;

/** Returns the first error of a type. */
export function userErrorOf<E extends UserError, T extends UserErrorType>(
  errors: readonly E[],
  type: T,
): UserErrorOf<T, E> | undefined {
  return errors.find((error): error is UserErrorOf<T, E> => error.__typename === type);
}

/** An item of a write of many that the server rejected. */
export interface RejectedItem {
  /** The index of the item in the input, from 0. */
  readonly index: number;
  readonly errors: readonly UserError[];
}

/** A write that the server rejected for reasons that a person can fix. */
export class RejectedError extends Error {
  override readonly name = 'RejectedError';
  readonly code: UserErrorCode | undefined;

  constructor(
    /** All errors, those of items too. */
    readonly errors: readonly UserError[],
    /** The items that have errors of their own; empty for a write of one contact. */
    readonly items: readonly RejectedItem[] = [],
  ) {
    super(errors.map((error) => error.message).join(' '));
    this.code = errors[0]?.code;
  }
}

/** What payloads have in common. */
interface Payload {
  readonly errors: readonly UserError[];
  /** Those of a write of many, one for each item. */
  readonly results?: readonly Payload[];
}

/** A payload without errors: its objects are not null. */
export type Accepted<P> = {
  [K in keyof P]: K extends 'contact' | 'change' | 'viewer'
    ? NonNullable<P[K]>
    : P[K] extends readonly (infer R extends Payload)[]
      ? Accepted<R>[]
      : P[K];
};

/**
 * Returns the payload of a write that was applied; throws a RejectedError for another. A write of
 * many must have been applied to all items; with PER_ITEM, pass it each of the `results` instead.
 */
export function accepted<P extends Payload>(payload: P | null | undefined): Accepted<P> {
  if (!payload) throw new InternalError('The payload is missing.', 'INTERNAL_SERVER_ERROR');
  const items = (payload.results ?? [])
    .map(({ errors }, index) => ({ index, errors: errors.filter(isCause) }))
    .filter(({ errors }) => errors.length > 0);
  const errors = [...payload.errors, ...items.flatMap((item) => item.errors)];
  if (errors.length > 0) throw new RejectedError(errors, items);
  return payload as Accepted<P>;
}

/** Whether an error is why something was rejected, not that another item was. */
const isCause = ({ code }: UserError) => code !== 'NOT_APPLIED';
