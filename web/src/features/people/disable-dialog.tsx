import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { UpdateUserDocument, type UserPartsFragment } from '../../gql';

interface DisableDialogProps {
  user: UserPartsFragment;
  onClose: () => void;
}

/** Disables a user after a confirmation. */
export function DisableDialog({ user, onClose }: DisableDialogProps) {
  const command = useCommand(['Users']);
  const disable = async () => {
    const input = { id: user.id, disabled: true };
    if (await command.run('disabled', UpdateUserDocument, { input })) onClose();
  };
  return (
    <ConfirmDialog
      title={`Disable ${user.name}?`}
      text="All sessions of this user end. The user cannot sign in until you enable the user again."
      confirmLabel="Disable"
      command={command}
      onConfirm={disable}
      onClose={onClose}
    />
  );
}

/** Enables a disabled user after a confirmation. */
export function EnableDialog({ user, onClose }: DisableDialogProps) {
  const command = useCommand(['Users']);
  const enable = async () => {
    const input = { id: user.id, disabled: false };
    if (await command.run('enabled', UpdateUserDocument, { input })) onClose();
  };
  return (
    <ConfirmDialog
      title={`Enable ${user.name}?`}
      text="This user can sign in again as before."
      confirmLabel="Enable"
      command={command}
      onConfirm={enable}
      onClose={onClose}
    />
  );
}
