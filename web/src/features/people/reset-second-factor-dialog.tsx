import { ConfirmDialog } from '../../components/confirm-dialog';
import { useCommand } from '../../components/use-command';
import { ResetSecondFactorDocument, type UserPartsFragment } from '../../gql';

interface ResetSecondFactorDialogProps {
  user: UserPartsFragment;
  onClose: () => void;
}

/** Resets the second factor of a user who has lost the device, after a confirmation. */
export function ResetSecondFactorDialog({ user, onClose }: ResetSecondFactorDialogProps) {
  const command = useCommand(['Users']);
  const reset = async () => {
    if (await command.run('saved', ResetSecondFactorDocument, { input: { id: user.id } }))
      onClose();
  };
  return (
    <ConfirmDialog
      title={`Reset the second factor of ${user.name}?`}
      text="Do this if the user has lost the device and the recovery codes. All sessions of this user end. The user then signs in with the password only, and sets up another device on the page Security."
      confirmLabel="Reset"
      command={command}
      onConfirm={reset}
      onClose={onClose}
    />
  );
}
