import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

const folder = new URL('../../../schema/', import.meta.url);

/** The server's schema, for tests. */
export const schema = buildSchema(
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphqls'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n'),
);
