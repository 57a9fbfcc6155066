import { Checkbox, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ClearableSelect, optionsOf } from '../../components/clearable-select';
import { FormDialog } from '../../components/form-dialog';
import { TimeInput } from '../../components/time-input';
import { useCommand } from '../../components/use-command';
import { CreateApiKeyDocument } from '../../gql';
import { lengths } from '../../gql/lengths';
import { agent, assignmentInput } from '../roles/assignment';
import { RoleSelect } from '../roles/role-select';
import { useSession } from '../session/session';

interface NewKeyDialogProps {
  onCreated: (name: string, token: string | null) => void;
  onClose: () => void;
}

/** Creates an API key. */
export function NewKeyDialog({ onCreated, onClose }: NewKeyDialogProps) {
  const command = useCommand(['ApiKeys']);
  const { catalog } = useSession();
  const [name, setName] = useState('');
  const [role, setRole] = useState(agent);
  const [readOnly, setReadOnly] = useState(false);
  const [trustedOnly, setTrustedOnly] = useState(false);
  const [segmentId, setSegmentId] = useState('');
  const [expiresAt, setExpiresAt] = useState('');
  const [addresses, setAddresses] = useState<string[]>([]);
  const [origins, setOrigins] = useState<string[]>([]);
  const submit = async () => {
    const input = {
      name,
      ...assignmentInput(role),
      readOnly,
      trustedOnly,
      segmentId: segmentId || null,
      expiresAt: expiresAt || null,
      addresses,
      origins,
    };
    const payload = await command.run('created', CreateApiKeyDocument, { input });
    if (payload) onCreated(name, payload.token);
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
      <RoleSelect value={role} onChange={setRole} />
      <Checkbox
        label="Read-only"
        checked={readOnly}
        onChange={(e) => setReadOnly(e.currentTarget.checked)}
      />
      <Checkbox
        label="Trusted documents only"
        description="The key can run only the GraphQL operations that the server was started with."
        checked={trustedOnly}
        onChange={(e) => setTrustedOnly(e.currentTarget.checked)}
      />
      <ClearableSelect
        label="Segment"
        description="The key can access only the contacts in this segment. Leave it empty for all contacts."
        data={optionsOf(catalog.segments)}
        value={segmentId}
        onChange={setSegmentId}
        clearLabel="Clear the segment"
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
      <TagsInput
        label="Allowed web pages"
        description="Origins such as https://app.example.com. Press Enter to add one. If there are none, all programs may use the key; otherwise, only these pages in a browser."
        value={origins}
        onChange={setOrigins}
      />
    </FormDialog>
  );
}
