import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema.testing';

const page = readFileSync(new URL('../../../manual.html', import.meta.url), 'utf8');
const inQuotes = [...page.matchAll(/-d '(\{.*\})'/g)].map(([, body]) => JSON.parse(body ?? '').query as string);
const alone = [...page.matchAll(/<code class="graphql">([^<]*)/g)].map(([, text]) => text ?? '');

it('has examples', () => {
  expect(inQuotes).toHaveLength(1);
  expect(alone).toHaveLength(2);
});

it.each([...inQuotes, ...alone])('the schema has what the example asks for: %s', (query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});
