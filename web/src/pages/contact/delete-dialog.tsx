import { nameOf } from '../../contact/names';
import { type ContactPartsFragment, DeleteContactDocument } from '../../gql';
import { ConfirmDialog } from '../../parts/confirm-dialog';
import { useCommand } from '../../parts/use-command';

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
      title={`Delete ${nameOf(contact)}?`}
      text={`Contact ${contactId} goes with all its values and logins. What was done to it stays in the history, by which it can be brought back.`}
      command={command}
      onConfirm={() => command.run(DeleteContactDocument, { input: { id, expectedVersion: version } })}
      onClose={onClose}
    />
  );
}
