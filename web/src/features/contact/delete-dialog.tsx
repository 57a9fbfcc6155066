import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { type ContactPartsFragment, DeleteContactDocument } from '../../gql';
import { contactName } from '../../lib/format';

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
  return (
    <ConfirmDialog
      title={`Delete ${contactName(contact)}?`}
      text={`Contact ${contactId} and all its values and logins will be deleted. You can restore it on this page later.`}
      command={command}
      onConfirm={() =>
        command.run('deleted', DeleteContactDocument, { input: { id, expectedVersion: version } })
      }
      onClose={onClose}
    />
  );
}
