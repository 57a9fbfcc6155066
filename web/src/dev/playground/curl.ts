// Writes a request as a command for a POSIX shell.
import { getOperationAST, parse } from 'graphql';
import { type ParseError, parse as parseJSON } from 'jsonc-parser';

/** What the editors of the playground contain. */
export interface EditorTexts {
  query: string;
  /** JSON, which can have comments. */
  variables: string;
  /** JSON, which can have comments. */
  headers: string;
  operationName?: string | undefined;
}

/** Headers that are copied with their values. Any other one may be a credential. */
const harmless = new Set([
  'accept',
  'apollo-require-preflight',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'x-apollo-operation-name',
  'x-request-id',
]);

/**
 * Returns the curl command that sends a request to a URL, with a placeholder in the place of each
 * credential. It throws if the variables or headers are not JSON objects.
 */
export function curlCommand(url: string, texts: EditorTexts): string {
  const { query, operationName } = texts;
  const variables = objectOf(texts.variables, 'variables');
  const streams = isSubscription(texts);
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    ...(streams && { Accept: 'text/event-stream' }),
    ...credentials(objectOf(texts.headers, 'headers')),
  };
  const body = {
    query,
    ...(variables && { variables }),
    ...(operationName && { operationName }),
  };
  return [
    `curl ${streams ? '-sN' : '-s'} ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `-d ${quote(JSON.stringify(body))}`,
  ].join(' \\\n  ');
}

/** Returns the headers with placeholders, and with one for a key if they have no credential. */
function credentials(headers: Record<string, unknown> = {}): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    if (harmless.has(name.toLowerCase())) return [name, `${value}`];
    return [name, name.toLowerCase() === 'authorization' ? 'Bearer YOUR-TOKEN' : 'YOUR-KEY'];
  });
  const known = entries.some(([name]) => /^(authorization|x-apikey)$/i.test(name));
  return { ...(known ? {} : { 'X-ApiKey': 'YOUR-KEY' }), ...Object.fromEntries(entries) };
}

function objectOf(text: string, what: string): Record<string, unknown> | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parseJSON(text, errors, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  if (value === undefined && errors.length === 0) return undefined;
  if (errors.length > 0 || typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`The ${what} are not a JSON object.`);
  return value as Record<string, unknown>;
}

function isSubscription({ query, operationName }: EditorTexts): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // the server reports the syntax error
  }
}

/** Quotes a text for a shell: nothing has a meaning between single quotes but a single quote. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
