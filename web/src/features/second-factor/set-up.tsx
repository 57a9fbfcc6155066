// Setting up a second factor: the password, then the first code of the app, then recovery codes.
import { Anchor, Box, Button, Code, Group, Image, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { CodeInput } from '../../components/code-input';
import { CommandErrors } from '../../components/command-errors';
import { type Command, useCommand } from '../../components/use-command';
import {
  ConfirmSecondFactorDocument,
  SetUpSecondFactorDocument,
  type SetUpSecondFactorMutation,
} from '../../gql';
import { noProof, ProofInputs } from './proof-inputs';
import { RecoveryCodes } from './recovery-codes';

type NewSecondFactor = NonNullable<SetUpSecondFactorMutation['done']>;

interface SetUpProps {
  /** Whether the user has a second factor, which is replaced. */
  replace: boolean;
  /** The button that leaves before the end. */
  cancel: ReactNode;
  onDone: () => void;
}

/** Sets up the second factor of the user who is signed in. */
export function SetUp({ replace, cancel, onDone }: SetUpProps) {
  const [created, setCreated] = useState<NewSecondFactor>();
  const [codes, setCodes] = useState<readonly string[] | null>();
  if (codes !== undefined) return <RecoveryCodes codes={codes} onClose={onDone} />;
  if (created) return <Confirm created={created} cancel={cancel} onConfirmed={setCodes} />;
  return <Begin replace={replace} cancel={cancel} onCreated={setCreated} />;
}

interface BeginProps {
  replace: boolean;
  cancel: ReactNode;
  onCreated: (created: NewSecondFactor) => void;
}

function Begin({ replace, cancel, onCreated }: BeginProps) {
  const command = useCommand([]);
  const [proof, setProof] = useState(noProof);
  const submit = async () => {
    const input = replace ? proof : { currentPassword: proof.currentPassword };
    const payload = await command.run('saved', SetUpSecondFactorDocument, { input });
    if (payload) onCreated(payload);
  };
  return (
    <StepForm command={command} submitLabel="Continue" cancel={cancel} onSubmit={submit}>
      <Text size="sm">
        You need an authenticator app, which shows a new code every 30 seconds.
        {replace &&
          '  Your current device works until you have entered the first code of the new one.'}
      </Text>
      <ProofInputs value={proof} onChange={setProof} withCode={replace} />
    </StepForm>
  );
}

interface ConfirmProps {
  created: NewSecondFactor;
  cancel: ReactNode;
  onConfirmed: (codes: readonly string[] | null) => void;
}

function Confirm({ created, cancel, onConfirmed }: ConfirmProps) {
  const command = useCommand([]); // the viewer is read again when the recovery codes were seen
  const [code, setCode] = useState('');
  const submit = async () => {
    const payload = await command.run('saved', ConfirmSecondFactorDocument, { input: { code } });
    if (payload) onConfirmed(payload.recoveryCodes);
  };
  return (
    <StepForm command={command} submitLabel="Turn on" cancel={cancel} onSubmit={submit}>
      <Text size="sm">Scan this QR code with your authenticator app, or type in the secret.</Text>
      <Box bg="white" w="fit-content" mx="auto">
        <Image src={created.qrCode} alt="QR code of the secret" w="auto" maw="100%" />
      </Box>
      <Text size="sm">
        Secret:{' '}
        <Code aria-label="Secret" role="group">
          {created.secret?.match(/.{1,4}/g)?.join(' ')}
        </Code>
      </Text>
      <Anchor size="sm" href={created.uri ?? undefined}>
        Open an app on this device
      </Anchor>
      <CodeInput description="The one that the app shows now." value={code} onChange={setCode} />
    </StepForm>
  );
}

interface StepFormProps {
  command: Command;
  submitLabel: string;
  cancel: ReactNode;
  onSubmit: () => void;
  children: ReactNode;
}

function StepForm({ command, submitLabel, cancel, onSubmit, children }: StepFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        <CommandErrors command={command} />
        <Group justify="flex-end">
          {cancel}
          <Button type="submit" loading={command.busy}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
