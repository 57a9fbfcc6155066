import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Dialog } from '../../components/dialog';
import { FormDialog } from '../../components/form-dialog';
import { useCommand } from '../../components/use-command';
import { CreateRecoveryCodesDocument, TurnOffSecondFactorDocument } from '../../gql';
import { noProof, ProofInputs } from './proof-inputs';
import { RecoveryCodes } from './recovery-codes';
import { SetUp } from './set-up';

interface SecondFactorDialogProps {
  onClose: () => void;
}

/** Sets up the second factor, or replaces it. */
export function SetUpDialog({ replace, onClose }: SecondFactorDialogProps & { replace: boolean }) {
  const cancel = (
    <Button variant="default" onClick={onClose}>
      Cancel
    </Button>
  );
  return (
    <Dialog
      title={replace ? 'Replace the device' : 'Turn on the second factor'}
      onClose={onClose}
      closedByButtonOnly
    >
      <SetUp replace={replace} cancel={cancel} onDone={onClose} />
    </Dialog>
  );
}

/** Turns off the second factor. */
export function TurnOffDialog({ onClose }: SecondFactorDialogProps) {
  const command = useCommand(['Viewer', 'OwnSessions']);
  const [proof, setProof] = useState(noProof);
  const submit = async () => {
    if (!(await command.run('saved', TurnOffSecondFactorDocument, { input: proof }))) return;
    notifications.show({
      message: 'The second factor is off. All your other sessions have ended.',
    });
    onClose();
  };
  return (
    <FormDialog
      title="Turn off the second factor"
      submitLabel="Turn off"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        You sign in with your password only. The recovery codes do not work any more.
      </Text>
      <ProofInputs value={proof} onChange={setProof} withCode />
    </FormDialog>
  );
}

/** Replaces the recovery codes. */
export function RecoveryCodesDialog({ onClose }: SecondFactorDialogProps) {
  const command = useCommand(['Viewer']);
  const [proof, setProof] = useState(noProof);
  const [codes, setCodes] = useState<readonly string[] | null>();
  const submit = async () => {
    const payload = await command.run('created', CreateRecoveryCodesDocument, { input: proof });
    if (payload) setCodes(payload.recoveryCodes);
  };
  const title = 'New recovery codes';
  if (codes !== undefined)
    return (
      <Dialog title={title} onClose={onClose} closedByButtonOnly>
        <RecoveryCodes codes={codes} onClose={onClose} />
      </Dialog>
    );
  return (
    <FormDialog
      title={title}
      submitLabel="Create"
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">The current recovery codes do not work any more after this.</Text>
      <ProofInputs value={proof} onChange={setProof} withCode />
    </FormDialog>
  );
}
