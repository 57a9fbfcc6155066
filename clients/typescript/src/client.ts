// Sends documents to the server: queries and mutations as JSON, subscriptions as text/event-stream,
// which works through every proxy and can send headers.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { ConnectionError, type ResponseError, requestErrorOf } from './errors.js';
import { readEvents } from './events.js';
import { badResponse, failureOf } from './response.js';

/** How to send one document. */
export interface SendOptions {
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

/** How to send a subscription. */
export interface SubscribeOptions extends SendOptions {
  /** Called when the server has accepted the subscription. */
  onOpen?: (() => void) | undefined;
}

/** What this package needs to reach the server; other libraries have adapters. */
export interface Client {
  /** Runs a query or mutation. It rejects with a RequestError if the response has errors. */
  execute<D, V>(document: TypedDocumentNode<D, V>, variables: V, options?: SendOptions): Promise<D>;
  /** Runs a subscription until the server or the consumer ends it. */
  subscribe<D, V>(
    document: TypedDocumentNode<D, V>,
    variables: V,
    options?: SubscribeOptions,
  ): AsyncIterable<D>;
}

/** The connection of a client. */
export interface ClientOptions {
  /** The address of the GraphQL API, such as `https://contacts.example.com/graphql`. */
  url: string;
  /** Headers of every request, such as `X-ApiKey`, or a function that returns them. */
  headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Whether to send cookies, as for `fetch`. */
  credentials?: 'include' | 'omit' | 'same-origin';
  /** Another implementation of `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** After how many milliseconds of silence a stream counts as lost: 40,000 if it is absent. */
  idleTimeout?: number;
}

interface Result<D> {
  data?: D | null;
  errors?: readonly ResponseError[];
}

/** Returns a client that needs no library. */
export function createClient(options: ClientOptions): Client {
  const { url, credentials, idleTimeout = 40_000 } = options;
  const post = async (
    document: TypedDocumentNode<unknown, never>,
    variables: unknown,
    accept: string,
    { headers, signal }: SendOptions,
  ): Promise<Response> => {
    const own = typeof options.headers === 'function' ? await options.headers() : options.headers;
    try {
      return await (options.fetch ?? globalThis.fetch)(url, {
        method: 'POST',
        headers: { ...own, ...headers, 'Content-Type': 'application/json', Accept: accept },
        body: JSON.stringify({ query: print(document), variables }),
        ...(credentials && { credentials }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ConnectionError('The server cannot be reached.', { cause });
    }
  };
  return {
    async execute(document, variables, send = {}) {
      const accept = 'application/graphql-response+json, application/json;q=0.9';
      return dataOf(await resultOf(await post(document, variables, accept, send), send.signal));
    },
    async *subscribe(document, variables, { onOpen, ...send } = {}) {
      const response = await post(document, variables, 'text/event-stream', send);
      if (!response.body || !isType(response, 'text/event-stream'))
        throw badResponse(response, dataOf(await resultOf(response, send.signal)));
      onOpen?.();
      for await (const { event, data } of readEvents(response.body, idleTimeout, send.signal)) {
        if (event === 'complete') return;
        if (event === 'next') yield dataOf({ response, result: JSON.parse(data) });
      }
    },
  };
}

const isType = (response: Response, type: string) =>
  response.headers.get('Content-Type')?.startsWith(type) ?? false;

interface Received<D> {
  response: Response;
  result: Result<D>;
}

/** Reads the result of a response, which may come from a proxy. */
async function resultOf<D>(
  response: Response,
  signal: AbortSignal | undefined,
): Promise<Received<D>> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ConnectionError('The response is incomplete.', { ...failureOf(response), cause });
  }
  try {
    const result = JSON.parse(text);
    if (result.data || result.errors) return { response, result };
  } catch {
    // not JSON: reported below
  }
  throw badResponse(response);
}

function dataOf<D>({ response, result }: Received<D>): D {
  const { data, errors } = result;
  if (errors) throw requestErrorOf(errors, { data, ...failureOf(response) });
  if (!data) throw badResponse(response);
  return data;
}
