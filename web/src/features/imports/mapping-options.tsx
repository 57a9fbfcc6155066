import { Checkbox, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { countryName } from '../../lib/format';
import { useSession } from '../session/session';
import type { Mapping } from './import-api';

const missing = [
  { value: 'error', label: 'Leave their rows out, and list them' },
  { value: 'ignore', label: 'Import their rows without them' },
  { value: 'create', label: 'Create them' },
];

interface MappingOptionsProps {
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

/** What holds for all rows of a file. */
export function MappingOptions({ mapping, onChange }: MappingOptionsProps) {
  const { viewer, catalog } = useSession();
  const set = (part: Partial<Mapping>) => onChange({ ...mapping, ...part });
  const country = mapping.country ?? '';
  return (
    <Stack maw={560}>
      <TextInput
        label="Country of phone numbers without a country code"
        description="Two letters, such as SE. Without it, that of the account counts."
        value={country}
        onChange={({ currentTarget: { value } }) => set({ country: value.trim().toUpperCase() })}
        error={country !== '' && countryName(country) === undefined && 'There is no such country.'}
        maxLength={2}
      />
      <MultiSelect
        label="Segments that all rows get"
        data={[...catalog.segments.values()]}
        value={mapping.segments ?? []}
        onChange={(segments) => set({ segments })}
        searchable
        clearable
      />
      <Select
        label="Stores, companies and segments that do not exist"
        data={missing.filter(({ value }) => value !== 'create' || viewer.role === 'ADMIN')}
        value={mapping.missing ?? 'error'}
        onChange={(value) =>
          set({ missing: (value ?? 'error') as NonNullable<Mapping['missing']> })
        }
        allowDeselect={false}
      />
      <Checkbox
        label="Empty cells clear what a contact has"
        checked={mapping.clearEmpty ?? false}
        onChange={({ currentTarget: { checked } }) => set({ clearEmpty: checked })}
      />
    </Stack>
  );
}
