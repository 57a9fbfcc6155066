import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlCommand, type EditorTexts } from './curl';

const url = 'http://127.0.0.1:8080/graphql';
const request = (texts: Partial<EditorTexts>): EditorTexts => ({
  query: '{ viewer { name } }',
  variables: '',
  headers: '',
  ...texts,
});

/** The arguments that curl gets if a shell runs the commands. */
function argumentsOf(commands: string[]): string[][] {
  const script = [`curl() { printf '%s\\0' "$@"; printf '\\0'; }`, ...commands].join('\n');
  const output = execFileSync('sh', { input: script, encoding: 'utf8' });
  return output
    .split('\0\0')
    .slice(0, -1)
    .map((line) => line.split('\0'));
}

const bodyOf = (args: string[] | undefined) => JSON.parse(args?.at(-1) ?? '') as unknown;
const headersOf = (texts: Partial<EditorTexts>) =>
  argumentsOf([curlCommand(url, request(texts))])[0]?.filter((_, i, all) => all[i - 1] === '-H');

// Parts that a shell, curl or JSON could misunderstand, in every order.
const parts = [
  "'",
  '"',
  '\\',
  '\n',
  '\r',
  '\t',
  '$(id)',
  '`id`',
  '$HOME',
  '!',
  '#',
  '@',
  '%',
  ' ',
  ';',
  '&',
  '*',
  '~',
  '-H',
  '\u0001',
  'é',
  '日本',
  '🙂',
  '\u2028',
  '\ud800',
  "'\\''",
];

describe('a curl command', () => {
  it('sends what the editors have, whatever is in it', () => {
    const texts = parts.flatMap((a) => parts.map((b) => `${a}x${b}${a}`));
    const bodies = texts.map((text) => ({ query: text, variables: { [text]: [text] } }));
    const commands = bodies.map(({ query, variables }) =>
      curlCommand(url, request({ query, variables: JSON.stringify(variables) })),
    );
    const all = argumentsOf(commands);
    expect(all).toHaveLength(bodies.length);
    for (const [i, args] of all.entries()) {
      expect(args.slice(0, 2)).toEqual(['-s', url]);
      expect(bodyOf(args)).toEqual(bodies[i]);
    }
  });

  it.each<[string, Partial<EditorTexts>, string[]]>([
    ['no headers', {}, ['Content-Type: application/json', 'X-ApiKey: YOUR-KEY']],
    [
      'only a comment',
      { headers: '{\n  // "X-ApiKey": "…"\n}' },
      ['Content-Type: application/json', 'X-ApiKey: YOUR-KEY'],
    ],
    [
      'a key',
      { headers: '{"x-apikey": "cgk_secret"}' },
      ['Content-Type: application/json', 'x-apikey: YOUR-KEY'],
    ],
    [
      'a token',
      { headers: '{"Authorization": "Bearer cgs_secret",}' },
      ['Content-Type: application/json', 'Authorization: Bearer YOUR-TOKEN'],
    ],
    [
      'an unknown header',
      { headers: '{"X-Forwarded-Token": "cgs_secret", "Cookie": "a=cgs_secret"}' },
      [
        'Content-Type: application/json',
        'X-ApiKey: YOUR-KEY',
        'X-Forwarded-Token: YOUR-KEY',
        'Cookie: YOUR-KEY',
      ],
    ],
    [
      'harmless ones',
      { headers: `{"Idempotency-Key": "it's 1", "X-ApiKey": "cgk_secret"}` },
      ['Content-Type: application/json', "Idempotency-Key: it's 1", 'X-ApiKey: YOUR-KEY'],
    ],
    [
      'a subscription',
      { query: 'subscription { contactChanges { cursor } }' },
      ['Content-Type: application/json', 'Accept: text/event-stream', 'X-ApiKey: YOUR-KEY'],
    ],
  ])('has the headers and no credential: %s', (_, texts, want) => {
    const headers = headersOf(texts);
    expect(headers).toEqual(want);
    expect(`${headers}`).not.toContain('secret');
  });

  it('streams subscriptions, and names the operation', () => {
    const query = 'query A { viewer { name } } subscription B { contactChanges { cursor } }';
    const [first, second] = argumentsOf(
      ['A', 'B'].map((operationName) => curlCommand(url, request({ query, operationName }))),
    );
    expect(first?.[0]).toBe('-s');
    expect(second?.[0]).toBe('-sN');
    expect(bodyOf(second)).toEqual({ query, operationName: 'B' });
  });

  it.each(['[]', '{"a": }', 'x', '1'])(
    'is not written for variables that are no object: %s',
    (text) => {
      expect(() => curlCommand(url, request({ variables: text }))).toThrow(/variables/);
      expect(() => curlCommand(url, request({ headers: text }))).toThrow(/headers/);
    },
  );
});
