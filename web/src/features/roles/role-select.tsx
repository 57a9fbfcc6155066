import { useQuery } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { RolesDocument } from '../../gql';
import { staffRoleOptions } from '../../lib/format';
import type { Assignment } from './assignment';

interface RoleSelectProps {
  description?: string | undefined;
  value: Assignment;
  onChange: (value: Assignment) => void;
}

/** Chooses a role: one of the fixed ones, or a role of the account. */
export function RoleSelect({ description, value, onChange }: RoleSelectProps) {
  const { role, customRole } = value;
  const { data } = useQuery(RolesDocument);
  const custom = data?.roles ?? (customRole ? [customRole] : []); // the chosen one is an option before the others are loaded
  const choose = (chosen: string) => {
    const fixed = staffRoleOptions.find((option) => option.value === chosen)?.value;
    onChange({
      role: fixed ?? 'AGENT',
      customRole: custom.find(({ id }) => id === chosen) ?? null,
    });
  };
  return (
    <NativeSelect
      label="Role"
      description={description}
      data={[...staffRoleOptions, ...custom.map(({ id, name }) => ({ value: id, label: name }))]}
      value={customRole?.id ?? role}
      onChange={(e) => choose(e.currentTarget.value)}
    />
  );
}
