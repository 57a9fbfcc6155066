import { Badge, Select, Table, Text, TextInput } from '@mantine/core';
import { useSession } from '../session/session';
import type { Mapping, Preview, Rule } from './import-api';
import { externalIdPrefix, targetLabel } from './targets';

const ignored = '-';

interface ColumnTableProps {
  file: Preview;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

/** What each column of a file becomes, next to some of its values. */
export function ColumnTable({ file, mapping, onChange }: ColumnTableProps) {
  const samples = new Map(file.columns.map(({ name, samples }) => [name, samples ?? []]));
  const rows = mapping.columns.map((rule, at) => ({ rule, at })); // a column can have several
  const change = (at: number) => (to: string) =>
    onChange({
      ...mapping,
      columns: mapping.columns.map((rule, i) => (i === at ? { column: rule.column, to } : rule)),
    });
  return (
    <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label="Columns of the file" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Values</Table.Th>
            <Table.Th w={320}>Becomes</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ rule, at }) => (
            <Table.Tr key={at}>
              <Table.Td>{rule.column}</Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                  {(samples.get(rule.column) ?? []).slice(0, 3).join(' · ')}
                </Text>
              </Table.Td>
              <Table.Td>
                <TargetSelect rule={rule} targets={file.targets} onChange={change(at)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface TargetSelectProps {
  rule: Rule;
  targets: readonly string[];
  onChange: (to: string) => void;
}

function TargetSelect({ rule: { column, to, confidence }, targets, onChange }: TargetSelectProps) {
  const { catalog } = useSession();
  const external = to.startsWith(externalIdPrefix);
  const guessed = typeof confidence === 'number' && confidence < 0.8;
  return (
    <>
      <Select
        aria-label={`${column} becomes`}
        data={[
          { value: ignored, label: 'Not imported' },
          ...targets.map((target) => ({ value: target, label: targetLabel(target, catalog) })),
          { value: externalIdPrefix, label: 'ID in another system' },
        ]}
        value={external ? externalIdPrefix : to || ignored}
        onChange={(chosen) => {
          if (chosen === externalIdPrefix) onChange(externalIdPrefix + column);
          else onChange(chosen === null || chosen === ignored ? '' : chosen);
        }}
        allowDeselect={false}
        searchable
        rightSection={
          guessed && (
            <Badge size="xs" variant="default">
              guess
            </Badge>
          )
        }
        rightSectionWidth={guessed ? 64 : undefined}
      />
      {external && (
        <TextInput
          mt={4}
          label="Name of the system"
          value={to.slice(externalIdPrefix.length)}
          onChange={({ currentTarget: { value } }) => onChange(externalIdPrefix + value)}
          required
          withAsterisk={false}
        />
      )}
    </>
  );
}
