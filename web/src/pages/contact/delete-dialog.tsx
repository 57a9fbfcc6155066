import { useMutation } from '@apollo/client/react';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { nameOf } from '../../contact/names';
import { type ContactPartsFragment, DeleteContactDocument } from '../../gql';
import { ErrorText } from '../../parts/error-text';
import { FaultNote } from '../../parts/fault-note';
import { useFocusBack } from '../../parts/use-focus-back';

interface DeleteDialogProps {
  contact: ContactPartsFragment;
  onClose: () => void;
}

/** Asks before a contact is deleted. That it is gone, its page finds out by itself. */
export function DeleteDialog({ contact, onClose }: DeleteDialogProps) {
  useFocusBack();
  const [remove, { loading, error, data }] = useMutation(DeleteContactDocument, {
    refetchQueries: ['ContactPage'],
    awaitRefetchQueries: true,
  });
  const errors = data?.deleteContact.errors ?? [];
  const submit = async () => {
    const input = { id: contact.id, expectedVersion: contact.version };
    await remove({ variables: { input } }).catch(() => {}); // the error is shown below
  };
  return (
    <Modal opened onClose={onClose} title={`Delete ${nameOf(contact)}?`}>
      <Stack>
        <Text size="sm">
          Contact {contact.contactId} goes with all its values and logins. What was done to it stays in the history, by which it
          can be brought back.
        </Text>
        {errors.length > 0 && (
          <Text size="sm" role="alert" c="var(--mantine-color-error)">
            <ErrorText errors={errors} />
          </Text>
        )}
        {error && <FaultNote title="It is not known to be deleted" error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button color="red" loading={loading} onClick={submit}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
