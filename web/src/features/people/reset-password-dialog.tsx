import { PasswordInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { useCommand } from '../../components/use-command';
import { ResetUserPasswordDocument, type UserPartsFragment } from '../../gql';
import { lengths } from '../../gql/lengths';

interface ResetPasswordDialogProps {
  user: UserPartsFragment;
  onClose: () => void;
}

/** Sets the password of a user. */
export function ResetPasswordDialog({ user, onClose }: ResetPasswordDialogProps) {
  const command = useCommand(['Users']);
  const [newPassword, setNewPassword] = useState('');
  const submit = async () => {
    const input = { id: user.id, newPassword };
    if (!(await command.run('saved', ResetUserPasswordDocument, { input }))) return;
    notifications.show({ message: `Password set. All sessions of ${user.name} have ended.` });
    onClose();
  };
  return (
    <FormDialog
      title={`Set the password of ${user.name}`}
      submitLabel="Set password"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        This ends all sessions of the user.
        {user.issuer && ' The user then signs in with the password, and no longer by the provider.'}
      </Text>
      <PasswordInput
        label="New password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        maxLength={lengths.ResetUserPasswordInput.newPassword}
        value={newPassword}
        onChange={(e) => setNewPassword(e.currentTarget.value)}
      />
    </FormDialog>
  );
}
