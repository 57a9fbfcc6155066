import { Text } from '@mantine/core';
import type { Preview } from './import-api';
import { presetName } from './targets';

const formats = { csv: 'CSV', json: 'JSON', vcard: 'vCard' } as const;

const delimiters: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/** Says what the server has found out about a file. */
export function FileNote({ file }: { file: Preview }) {
  const { format, encoding, delimiter, own, preset, columns } = file;
  const parts = [
    `${formats[format]} in ${encoding.toUpperCase()}`,
    delimiter && `with ${delimiters[delimiter] ?? `“${delimiter}”`} between the cells`,
    own ? 'exported by contactgraph' : preset && `written by ${presetName(preset)}`,
  ].filter(Boolean);
  return (
    <Text size="sm">
      The file is {parts.join(', ')}.{' '}
      {own
        ? 'Its columns need no assignment.'
        : `It has ${columns.length === 1 ? '1 column' : `${columns.length} columns`}.`}
    </Text>
  );
}
