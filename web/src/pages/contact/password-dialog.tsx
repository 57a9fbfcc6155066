import { useMutation } from '@apollo/client/react';
import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { type ContactPartsFragment, type ErrorPartsFragment, UpdateContactDocument } from '../../gql';
import { lengths } from '../../gql/lengths';
import { ErrorText } from '../../parts/error-text';
import { FaultNote } from '../../parts/fault-note';
import { useFocusBack } from '../../parts/use-focus-back';
import { useSession } from '../../session/session';

interface PasswordDialogProps {
  contact: ContactPartsFragment;
  onClose: () => void;
}

const toggle = { 'aria-label': 'Show the password', 'aria-hidden': undefined, tabIndex: 0 };

/** Sets a new password. A customer says the one that it has, too. */
export function PasswordDialog({ contact, onClose }: PasswordDialogProps) {
  useFocusBack();
  const { staff } = useSession();
  const [newPassword, setNew] = useState('');
  const [currentPassword, setCurrent] = useState('');
  const [errors, setErrors] = useState<ErrorPartsFragment[]>([]);
  const [update, { loading, error }] = useMutation(UpdateContactDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const set = { newPassword, ...(!staff && { currentPassword }) };
    const input = { id: contact.id, expectedVersion: contact.version, onConflict: 'MERGE' as const, set };
    const { data } = await update({ variables: { input } }).catch(() => ({ data: undefined })); // the error is shown below
    if (!data) return;
    setErrors(data.updateContact.errors);
    if (data.updateContact.errors.length > 0) return;
    notifications.show({ message: 'The new password is set. Other sessions of the contact have ended.' });
    onClose();
  };
  const about = (path: string) => {
    const some = errors.filter((e) => e.path === path);
    return some.length > 0 && <ErrorText errors={some} />;
  };
  const other = errors.filter(({ path }) => path !== 'currentPassword' && path !== 'password');
  return (
    <Modal opened onClose={onClose} title="Set password">
      <form onSubmit={submit}>
        <Stack>
          {!staff && (
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              value={currentPassword}
              onChange={(e) => setCurrent(e.currentTarget.value)}
              error={about('currentPassword')}
              visibilityToggleButtonProps={toggle}
            />
          )}
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={lengths.ContactPatch.newPassword}
            value={newPassword}
            onChange={(e) => setNew(e.currentTarget.value)}
            error={about('password')}
            visibilityToggleButtonProps={toggle}
          />
          {other.length > 0 && (
            <Text size="sm" role="alert" c="var(--mantine-color-error)">
              <ErrorText errors={other} />
            </Text>
          )}
          {error && <FaultNote title="It is not known to be set" error={error} />}
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
    </Modal>
  );
}
