import { useApolloClient, useMutation } from '@apollo/client/react';
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { SignInDocument, ViewerDocument } from '../../gql';
import { roleLabels } from '../../lib/format';
import { type SignIn, settings } from '../../lib/settings';
import { viewerKey } from './session';
import { broadcastSignIn } from './session-channel';

interface SignInFormProps {
  /** The initial value of the account. */
  account?: string;
  onSignedIn?: () => void;
}

/** Signs in. A server with demo data offers its users as buttons. */
export function SignInForm({ account = '', onSignedIn }: SignInFormProps) {
  const client = useApolloClient();
  const [input, setInput] = useState({ account, login: '', password: '' });
  const [message, setMessage] = useState('');
  const [signIn, { loading, error }] = useMutation(SignInDocument);

  const submit = async (variables: typeof input) => {
    setMessage('');
    const { data } = await signIn({ variables }).catch(() => ({ data: undefined })); // the error is shown below
    if (!data) return;
    const { viewer, errors, failedAttempts } = data.signIn;
    setMessage(errors.map((e) => e.message).join(' '));
    if (!viewer) return;
    broadcastSignIn(viewer);
    const before = client.readQuery({ query: ViewerDocument })?.viewer;
    if (before && viewerKey(before) !== viewerKey(viewer)) return window.location.replace('/'); // drops what the other viewer has loaded
    reportFailedAttempts(failedAttempts);
    client.writeQuery({ query: ViewerDocument, data: { viewer } });
    onSignedIn?.();
  };
  const field = (name: keyof typeof input) => ({
    name,
    value: input[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) =>
      setInput({ ...input, [name]: value }),
    required: true,
    withAsterisk: false,
  });

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit(input);
      }}
    >
      <Stack>
        <TextInput label="Account" autoComplete="organization" {...field('account')} />
        <TextInput label="Login" autoComplete="username" {...field('login')} />
        <PasswordInput label="Password" autoComplete="current-password" {...field('password')} />
        {message && <ErrorAlert>{message}</ErrorAlert>}
        {error && <FaultAlert title="Sign-in failed" error={error} />}
        <Button type="submit" loading={loading}>
          Sign in
        </Button>
        {settings.demo && (
          <DemoSignIns signIns={settings.demo.signIns} onChoose={submit} disabled={loading} />
        )}
      </Stack>
    </form>
  );
}

/** Shows how many sign-ins failed before this one, until the person closes the notice. */
function reportFailedAttempts(count: number): void {
  if (count === 0) return;
  const attempts = count === 1 ? '1 failed attempt' : `${count} failed attempts`;
  notifications.show({
    color: 'yellow',
    message: `${attempts} to sign in since your last sign-in. If it was not you, change your password.`,
    autoClose: false,
  });
}

interface DemoSignInsProps {
  signIns: SignIn[];
  onChoose: (signIn: SignIn) => void;
  disabled: boolean;
}

function DemoSignIns({ signIns, onChoose, disabled }: DemoSignInsProps) {
  return (
    <Stack gap="xs">
      <Text size="sm">This server has demo data. Sign in as:</Text>
      {signIns.map((signIn) => (
        <Button
          key={signIn.login}
          variant="default"
          onClick={() => onChoose(signIn)}
          disabled={disabled}
        >
          {roleLabels[signIn.role]}: {signIn.login}
        </Button>
      ))}
    </Stack>
  );
}
