import { Checkbox, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { TimeInput } from '../../components/time-input';
import { useCommand } from '../../components/use-command';
import { CreateApiKeyDocument, type StaffRole } from '../../gql';
import { lengths } from '../../gql/lengths';
import { staffRoleOptions } from '../../lib/format';

interface NewKeyDialogProps {
  onCreated: (name: string, token: string | null) => void;
  onClose: () => void;
}

/** Creates an API key. */
export function NewKeyDialog({ onCreated, onClose }: NewKeyDialogProps) {
  const command = useCommand(['ApiKeys']);
  const [name, setName] = useState('');
  const [role, setRole] = useState<StaffRole>('AGENT');
  const [readOnly, setReadOnly] = useState(false);
  const [expiresAt, setExpiresAt] = useState('');
  const [addresses, setAddresses] = useState<string[]>([]);
  const submit = async () => {
    const input = { name, role, readOnly, expiresAt: expiresAt || null, addresses };
    const result = await command.run('created', CreateApiKeyDocument, { input });
    if (result) onCreated(name, result.done.token);
  };
  return (
    <FormDialog
      title="New API key"
      submitLabel="Create"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="What uses the key. The name appears in the history of contacts."
        required
        withAsterisk={false}
        maxLength={lengths.CreateApiKeyInput.name}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <NativeSelect
        label="Role"
        data={staffRoleOptions}
        value={role}
        onChange={(e) => setRole(e.currentTarget.value as StaffRole)}
      />
      <Checkbox
        label="Read-only"
        checked={readOnly}
        onChange={(e) => setReadOnly(e.currentTarget.checked)}
      />
      <TimeInput
        label="Expires"
        description="Leave this empty for a key that does not expire."
        value={expiresAt}
        onChange={setExpiresAt}
      />
      <TagsInput
        label="Allowed addresses"
        description="IP addresses, or prefixes such as 192.0.2.0/24. Press Enter to add one. If there are none, all addresses are allowed."
        value={addresses}
        onChange={setAddresses}
      />
    </FormDialog>
  );
}
