import { Radio, Table } from '@mantine/core';
import { memo } from 'react';
import type { FieldAccess } from '../../gql';
import { accessLabels } from '../../lib/format';
import { allLevels, type LimitedField } from './field-rights';
import classes from './rights-table.module.css';

interface RightsTableProps {
  fields: readonly LimitedField[];
  levelOf: (field: LimitedField) => FieldAccess;
  onChange: (path: string, level: FieldAccess) => void;
}

const headerHeight = 60; // pixels, of the dialog

/** A table with a row for each field, in which a level is chosen. */
export function RightsTable({ fields, levelOf, onChange }: RightsTableProps) {
  return (
    <Table aria-label="Rights" stickyHeader stickyHeaderOffset={headerHeight}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Field</Table.Th>
          {allLevels.map((level) => (
            <Table.Th key={level} w={56} ta="center">
              {accessLabels[level]}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map((field) => (
          <RightsRow key={field.path} field={field} level={levelOf(field)} onChange={onChange} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface RightsRowProps {
  field: LimitedField;
  level: FieldAccess;
  onChange: (path: string, level: FieldAccess) => void;
}

/** A row. It is memoized because an account may have hundreds of properties. */
const RightsRow = memo(function RightsRow({ field, level, onChange }: RightsRowProps) {
  const { path, label, levels } = field;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw="normal">
        {label}
      </Table.Th>
      {allLevels.map((option) => (
        <Table.Td key={option}>
          {levels.includes(option) && (
            <Radio
              name={path}
              aria-label={`${label}: ${accessLabels[option]}`}
              checked={level === option}
              onChange={() => onChange(path, option)}
              classNames={{ body: classes.body, radio: classes.radio }}
            />
          )}
        </Table.Td>
      ))}
    </Table.Tr>
  );
});
