import { useApolloClient, useMutation } from '@apollo/client/react';
import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { anyCode, CodeInput } from '../../components/code-input';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { SignInDocument, ViewerDocument } from '../../gql';
import { roleLabels } from '../../lib/format';
import { passwordResetPaths } from '../../lib/password-reset';
import { type SignIn, settings } from '../../lib/settings';
import { viewerKey } from './session';
import { broadcastSignIn } from './session-channel';
import { SsoButton } from './sso-button';

interface SignInFormProps {
  /** The initial value of the account. */
  account?: string;
  /** Whether the form is in a dialog above a page that must stay as it is. */
  inDialog?: boolean;
  onSignedIn?: () => void;
}

/** Signs in. A server with demo data offers its users as buttons. */
export function SignInForm({ account = '', inDialog = false, onSignedIn }: SignInFormProps) {
  const client = useApolloClient();
  const [input, setInput] = useState({ account, login: '', password: '' });
  const [message, setMessage] = useState('');
  const [code, setCode] = useState<string>(); // undefined until one is needed
  const [signIn, { loading, error }] = useMutation(SignInDocument);

  const submit = async (credentials: typeof input, entered: string | null) => {
    setMessage('');
    const variables = { ...credentials, code: entered };
    const { data } = await signIn({ variables }).catch(() => ({ data: undefined })); // the error is shown below
    if (!data?.signIn) return;
    const { viewer, errors, failedAttempts } = data.signIn;
    const codes = errors.map((e) => e.code);
    if (codes.includes('SECOND_FACTOR_REQUIRED')) {
      setInput(credentials);
      return setCode('');
    }
    setMessage(errors.map((e) => e.message).join(' '));
    if (codes.includes('WRONG_CODE')) return setCode('');
    if (codes.includes('SIGN_IN_REFUSED')) setCode(undefined);
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
        submit(input, code ?? null);
      }}
    >
      <Stack>
        {code === undefined ? (
          <>
            <TextInput label="Account" autoComplete="organization" {...field('account')} />
            <TextInput label="Login" autoComplete="username" {...field('login')} />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              {...field('password')}
            />
          </>
        ) : (
          <CodeInput description={anyCode} value={code} onChange={setCode} focused />
        )}
        {message && <ErrorAlert>{message}</ErrorAlert>}
        {error && <FaultAlert title="Sign-in failed" error={error} />}
        <Button type="submit" loading={loading}>
          Sign in
        </Button>
        {code !== undefined && (
          <Button variant="default" onClick={() => setCode(undefined)}>
            Back
          </Button>
        )}
        {settings.passwordReset && code === undefined && (
          <Anchor
            size="sm"
            href={passwordResetPaths.request}
            {...(inDialog && { target: '_blank', rel: 'noopener' })}
          >
            Forgotten password?
          </Anchor>
        )}
        {code === undefined && <SsoButton newTab={inDialog} />}
        {settings.demo && code === undefined && (
          <DemoSignIns
            signIns={settings.demo.signIns}
            onChoose={(signIn) => submit(signIn, null)}
            disabled={loading}
          />
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
