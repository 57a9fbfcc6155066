import { Button, Group, Text, TextInput } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { useCommand } from '../../components/use-command';
import {
  CreateRoleDocument,
  type FieldAccess,
  type RolePartsFragment,
  UpdateRoleDocument,
} from '../../gql';
import { lengths } from '../../gql/lengths';
import { accessLabels } from '../../lib/format';
import { allLevels, type LimitedField, levelOf, levelsOf, listedRights } from './field-rights';
import { RightsTable } from './rights-table';

interface RoleDialogProps {
  /** The role to edit; null creates one. */
  role: RolePartsFragment | null;
  /** The fields that roles limit. */
  fields: readonly LimitedField[];
  onClose: () => void;
}

/** Stands for the fields that no row is about. */
const others: LimitedField = {
  path: 'others',
  label: 'Everything else, also properties added later',
  levels: allLevels,
};

const unlimited = { otherFields: 'WRITE', fields: [] } as const;

/** Creates a role, or changes the name and the rights of one. */
export function RoleDialog({ role, fields, onClose }: RoleDialogProps) {
  const command = useCommand(['RolesPage']);
  const [name, setName] = useState(role?.name ?? '');
  const rows = useMemo(() => [...fields, others], [fields]);
  const [levels, setLevels] = useState(() => ({
    ...levelsOf(role ?? unlimited, fields),
    [others.path]: role?.otherFields ?? 'WRITE',
  }));
  const setLevel = useCallback(
    (path: string, level: FieldAccess) => setLevels((before) => ({ ...before, [path]: level })),
    [],
  );
  const setAll = (access: FieldAccess) =>
    setLevels(Object.fromEntries(rows.map((field) => [field.path, levelOf(field, access)])));
  const submit = async () => {
    const otherFields = levels[others.path] ?? 'NONE';
    const input = { name, otherFields, fields: listedRights(fields, levels, otherFields) };
    const done = role
      ? await command.run('saved', UpdateRoleDocument, { input: { id: role.id, ...input } })
      : await command.run('created', CreateRoleDocument, { input });
    if (done) onClose();
  };
  const [nameErrors, otherErrors] = [true, false].map((ofName) =>
    command.userErrors.filter(({ path }) => (path === 'name') === ofName),
  );
  return (
    <FormDialog
      title={role ? `Edit ${role.name}` : 'New role'}
      size="lg"
      submitLabel={role ? 'Save' : 'Create'}
      command={{ ...command, userErrors: otherErrors ?? [] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        autoComplete="off"
        required
        withAsterisk={false}
        data-autofocus
        maxLength={lengths.CreateRoleInput.name}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        error={nameErrors?.map(({ message }) => message).join(' ')}
      />
      <Group gap="xs">
        <Text size="sm">Set all fields to:</Text>
        {allLevels.map((level) => (
          <Button
            key={level}
            size="compact-sm"
            variant="default"
            aria-label={`Set all fields to ${accessLabels[level]}`}
            onClick={() => setAll(level)}
          >
            {accessLabels[level]}
          </Button>
        ))}
      </Group>
      <RightsTable
        fields={rows}
        levelOf={({ path }) => levels[path] ?? 'NONE'}
        onChange={setLevel}
      />
    </FormDialog>
  );
}
