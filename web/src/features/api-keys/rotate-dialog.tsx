import { Text } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { isWholeNumber, NumberInput } from '../../components/number-input';
import { useCommand } from '../../components/use-command';
import { type ApiKeyPartsFragment, RotateApiKeyDocument } from '../../gql';

interface RotateDialogProps {
  apiKey: ApiKeyPartsFragment;
  onRotated: (name: string, token: string | null) => void;
  onClose: () => void;
}

const defaultOverlap = '24';

/** Replaces an API key with a new one that has the same settings. */
export function RotateDialog({ apiKey, onRotated, onClose }: RotateDialogProps) {
  const command = useCommand(['ApiKeys']);
  const [hours, setHours] = useState(defaultOverlap);
  const valid = isWholeNumber(hours);
  const submit = async () => {
    if (!valid) return;
    const input = { id: apiKey.id, overlapHours: Number(hours) };
    const payload = await command.run('rotated', RotateApiKeyDocument, { input });
    if (payload) onRotated(apiKey.name, payload.token);
  };
  return (
    <FormDialog
      title={`Rotate ${apiKey.name}`}
      submitLabel="Rotate"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        This creates a new key with the same settings. The old key stays valid for some hours, so
        that you can replace it everywhere.
      </Text>
      <NumberInput
        label="Hours until the old key expires"
        description="0 to 720"
        inputMode="numeric"
        value={hours}
        onChange={setHours}
        error={!valid && 'Enter a whole number.'}
      />
    </FormDialog>
  );
}
