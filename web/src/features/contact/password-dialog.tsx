import { useMutation } from '@apollo/client/react';
import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';
import { ErrorText, errorAt } from '../../components/error-text';
import { FaultAlert } from '../../components/fault-alert';
import {
  type ContactPartsFragment,
  type ErrorPartsFragment,
  UpdateContactDocument,
} from '../../gql';
import { lengths } from '../../gql/lengths';
import { useSession } from '../session/session';

interface PasswordDialogProps {
  contact: ContactPartsFragment;
  onClose: () => void;
}

/** Sets a new password. A customer must also enter the current one. */
export function PasswordDialog({ contact, onClose }: PasswordDialogProps) {
  const { staff } = useSession();
  const [newPassword, setNewPassword] = useState('');
  const [currentPassword, setCurrentPassword] = useState('');
  const [errors, setErrors] = useState<ErrorPartsFragment[]>([]);
  const [update, { loading, error }] = useMutation(UpdateContactDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const set = { newPassword, ...(!staff && { currentPassword }) };
    const input = {
      id: contact.id,
      expectedVersion: contact.version,
      onConflict: 'MERGE' as const,
      set,
    };
    const { data } = await update({ variables: { input } }).catch(() => ({ data: undefined })); // the error is shown below
    if (!data?.updateContact) return;
    setErrors(data.updateContact.errors);
    if (data.updateContact.errors.length > 0) return;
    notifications.show({
      message: 'Password set. All other sessions of this contact were ended.',
    });
    onClose();
  };
  const otherErrors = errors.filter(
    ({ path }) => path !== 'currentPassword' && path !== 'password',
  );
  return (
    <Dialog onClose={onClose} title="Set password">
      <form onSubmit={submit}>
        <Stack>
          {!staff && (
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              value={currentPassword}
              onChange={(e) => setCurrentPassword(e.currentTarget.value)}
              error={errorAt(errors, 'currentPassword')}
            />
          )}
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={lengths.ContactPatch.newPassword}
            value={newPassword}
            onChange={(e) => setNewPassword(e.currentTarget.value)}
            error={errorAt(errors, 'password')}
          />
          {otherErrors.length > 0 && (
            <ErrorAlert>
              <ErrorText errors={otherErrors} />
            </ErrorAlert>
          )}
          {error && (
            <FaultAlert title="We could not confirm that the password was set" error={error} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={loading}>
              Set password
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
