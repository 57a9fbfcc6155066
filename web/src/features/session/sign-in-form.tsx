import { useApolloClient, useMutation } from '@apollo/client/react';
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { RefusalNote } from '../../components/error-alert';
import { FaultNote } from '../../components/fault-alert';
import { SignInDocument, ViewerDocument } from '../../gql';
import { roleLabels } from '../../lib/format';
import { type SignIn, settings } from '../../lib/settings';
import { keyOf } from './session';
import { announce } from './session-channel';

interface SignInFormProps {
  /** The account that is offered at first. */
  account?: string;
  onSignedIn?: () => void;
}

/** Signs in. On a server with demo data it offers whom one can be. */
export function SignInForm({ account = '', onSignedIn }: SignInFormProps) {
  const client = useApolloClient();
  const [who, setWho] = useState({ account, login: '', password: '' });
  const [refusal, setRefusal] = useState('');
  const [signIn, { loading, error }] = useMutation(SignInDocument);

  const submit = async (variables: typeof who) => {
    setRefusal('');
    const { data } = await signIn({ variables }).catch(() => ({ data: undefined })); // the error is shown below
    if (!data) return;
    const { viewer, errors } = data.signIn;
    setRefusal(errors.map(({ message }) => message).join(' '));
    if (!viewer) return;
    announce(viewer);
    const before = client.readQuery({ query: ViewerDocument })?.viewer;
    if (before && keyOf(before) !== keyOf(viewer)) return window.location.replace('/'); // what somebody else has seen is forgotten
    client.writeQuery({ query: ViewerDocument, data: { viewer } });
    onSignedIn?.();
  };
  const field = (name: keyof typeof who) => ({
    name,
    value: who[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) => setWho({ ...who, [name]: value }),
    required: true,
    withAsterisk: false,
  });

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit(who);
      }}
    >
      <Stack>
        <TextInput label="Account" autoComplete="organization" {...field('account')} />
        <TextInput label="Login" autoComplete="username" {...field('login')} />
        <PasswordInput label="Password" autoComplete="current-password" {...field('password')} />
        {refusal && <RefusalNote>{refusal}</RefusalNote>}
        {error && <FaultNote title="Signing in failed" error={error} />}
        <Button type="submit" loading={loading}>
          Sign in
        </Button>
        {settings.demo && <Offers signIns={settings.demo.signIns} onChoose={submit} disabled={loading} />}
      </Stack>
    </form>
  );
}

interface OffersProps {
  signIns: SignIn[];
  onChoose: (signIn: SignIn) => void;
  disabled: boolean;
}

/** Whom one can be on a server with demo data. */
function Offers({ signIns, onChoose, disabled }: OffersProps) {
  return (
    <Stack gap="xs">
      <Text size="sm">This server has demo data. Look around as</Text>
      {signIns.map((signIn) => (
        <Button key={signIn.login} variant="default" onClick={() => onChoose(signIn)} disabled={disabled}>
          {roleLabels[signIn.role]}: {signIn.login}
        </Button>
      ))}
    </Stack>
  );
}
