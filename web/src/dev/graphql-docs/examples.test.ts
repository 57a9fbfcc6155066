import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema.testing';

const page = readFileSync(new URL('../../../manual.html', import.meta.url), 'utf8');
const inCurl = [...page.matchAll(/-d '(\{.*\})'/g)].map(
  ([, body]) => JSON.parse(body ?? '').query as string,
);
const inBlocks = [...page.matchAll(/<code class="graphql">([^<]*)/g)].map(([, text]) => text ?? '');

it('has examples', () => {
  expect(inCurl).toHaveLength(1);
  expect(inBlocks).toHaveLength(2);
});

it.each([...inCurl, ...inBlocks])('the example is valid: %s', (query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});
