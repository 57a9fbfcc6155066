// Writes the server's schema as one document without extensions, which the Relay compiler needs. The
// checks and the tests may run at the same time, so the file is replaced as a whole.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { buildSchema, printSchema } from 'graphql';

const folder = new URL('../../../schema/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.graphqls'));
const text = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
const file = process.argv[2];
writeFileSync(`${file}.${process.pid}`, printSchema(buildSchema(text)));
renameSync(`${file}.${process.pid}`, file);
