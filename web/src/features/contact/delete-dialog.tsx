import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { type ContactPartsFragment, DeleteContactDocument } from '../../gql';
import { contactName } from '../../lib/format';

interface DeleteDialogProps {
  contact: ContactPartsFragment;
  onClose: () => void;
}

/** Asks before a contact is deleted. That it is gone, its page finds out by itself. */
export function DeleteDialog({ contact, onClose }: DeleteDialogProps) {
  const { id, contactId, version } = contact;
  const command = useCommand(['ContactPage']);
  return (
    <ConfirmDialog
      title={`Delete ${contactName(contact)}?`}
      text={`Contact ${contactId} goes with all its values and logins. What was done to it stays in the history, by which it can be brought back.`}
      command={command}
      onConfirm={() => command.run(DeleteContactDocument, { input: { id, expectedVersion: version } })}
      onClose={onClose}
    />
  );
}
