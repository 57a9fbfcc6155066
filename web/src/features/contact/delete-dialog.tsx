import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { type ContactPartsFragment, DeleteContactDocument } from '../../gql';
import { contactName } from '../../lib/format';
import { useDeletedToast } from './deleted-toast';

interface DeleteDialogProps {
  contact: ContactPartsFragment;
  onClose: () => void;
}

/**
 * Asks for a confirmation and deletes a contact. The page then reads the contact again and finds it
 * deleted.
 */
export function DeleteDialog({ contact, onClose }: DeleteDialogProps) {
  const { id, contactId, version } = contact;
  const command = useCommand(['ContactPage']);
  const showDeleted = useDeletedToast();
  return (
    <ConfirmDialog
      title={`Delete ${contactName(contact)}?`}
      text={`Contact ${contactId} and all its values and logins will be deleted. You can restore it on this page later.`}
      command={command}
      onConfirm={async () => {
        const input = { id, expectedVersion: version };
        const done = await command.run('deleted', DeleteContactDocument, { input });
        if (done?.change) showDeleted(contact, done.change.id);
      }}
      onClose={onClose}
    />
  );
}
