// Repeats requests: when, how often, and with the same idempotency key.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client, SendOptions } from './client.js';
import { isOutcomeUnknown, isTemporary, RequestError } from './errors.js';

/** How long to wait before a request is repeated, in milliseconds. */
export interface RetryDelay {
  /** The longest first wait. Each further one is twice as long. */
  initial: number;
  /** The longest wait. */
  max: number;
}

export const defaultRetryDelay: RetryDelay = { initial: 500, max: 15_000 };

/** Waits that become longer, with a random part, so that many clients do not return at once. */
export class Backoff {
  #longest: number;

  constructor(readonly delay: RetryDelay = defaultRetryDelay) {
    this.#longest = delay.initial;
  }

  /** Starts again with the first wait. */
  reset(): void {
    this.#longest = this.delay.initial;
  }

  /** Waits after a failure, for at least as long as the server asks for. */
  wait(error: unknown, signal?: AbortSignal): Promise<void> {
    const random = this.#longest * (0.5 + Math.random() / 2);
    this.#longest = Math.min(this.#longest * 2, this.delay.max);
    const asked = error instanceof RequestError ? (error.retryAfter ?? 0) * 1000 : 0;
    return sleep(Math.max(random, asked), signal);
  }
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Returns a new idempotency key. crypto.randomUUID is available over HTTPS only. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** How often to repeat a request. */
export interface RetryOptions {
  /** The number of attempts, 5 if it is absent. */
  attempts?: number | undefined;
  delay?: RetryDelay | undefined;
}

/** How often to repeat a request, and when to stop. */
export type RepeatOptions = Pick<SendOptions, 'signal'> & RetryOptions;

/** Sends a request, and repeats it while it fails for a reason that can pass. */
export async function repeat<T>(
  send: () => Promise<T>,
  { signal, attempts = 5, delay }: RepeatOptions,
): Promise<T> {
  const backoff = new Backoff(delay);
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (!isTemporary(error) || attempt >= attempts) throw error;
      await backoff.wait(error, signal);
    }
  }
}

/** The result of a write, and whether it may be that of an earlier attempt. */
export interface Written<D> {
  data: D;
  repeated: boolean;
}

/**
 * Runs a mutation, and repeats it with the same idempotency key until its outcome is known. If all
 * attempts fail, it rejects with the error of the last one. `request.outcomeUnknown` then shows
 * whether the write may have been applied, and the request can be run again.
 */
export function write<D, V>(
  client: Client,
  request: WriteRequest<D, V>,
  options: RepeatOptions = {},
): Promise<Written<D>> {
  const { document, variables, key } = request;
  const { signal } = options;
  return repeat(async () => {
    const repeated = request.outcomeUnknown;
    try {
      request.outcomeUnknown = true;
      const headers = { 'Idempotency-Key': key };
      const data = await client.execute(document, variables, { headers, signal });
      request.outcomeUnknown = false;
      return { data, repeated };
    } catch (error) {
      request.outcomeUnknown = repeated || isOutcomeUnknown(error) || signal?.aborted === true;
      throw error;
    }
  }, options);
}

/** A mutation with its idempotency key. */
export interface WriteRequest<D, V> {
  readonly document: TypedDocumentNode<D, V>;
  readonly variables: V;
  readonly key: string;
  /** Whether it was sent, and has no response. */
  outcomeUnknown: boolean;
}

/** Returns a request that can be run by `write`. */
export function writeRequest<D, V>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  key = newIdempotencyKey(),
): WriteRequest<D, V> {
  return { document, variables, key, outcomeUnknown: false };
}
