import { useMutation } from '@apollo/client/react';
import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { RequestPasswordResetDocument } from '../../gql';
import { SessionFrame } from './session-frame';

/** Requests a link to set a new password. */
export function ForgottenPasswordPage() {
  const [sent, setSent] = useState(false);
  return (
    <SessionFrame title="Forgotten password" heading="Forgotten password">
      <Stack>
        {sent ? <Text role="status">{whatHappens}</Text> : <RequestForm onSent={setSent} />}
        <Anchor size="sm" href="/">
          Back to the sign-in
        </Anchor>
      </Stack>
    </SessionFrame>
  );
}

// The page does not know whether there is such a login: the response does not reveal it.
const whatHappens =
  'If this login exists, has a password and is an email address, you will receive a message with a link. The link is valid for an hour. If no message arrives, check the account, the login and your spam folder, or ask an administrator.';

function RequestForm({ onSent }: { onSent: (sent: boolean) => void }) {
  const [input, setInput] = useState({ account: '', login: '' });
  const [message, setMessage] = useState('');
  const [request, { loading, error }] = useMutation(RequestPasswordResetDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMessage('');
    const { data } = await request({ variables: input }).catch(() => ({ data: undefined })); // the error is shown below
    const payload = data?.requestPasswordReset;
    if (!payload) return;
    setMessage(payload.errors.map((e) => e.message).join(' '));
    onSent(payload.errors.length === 0);
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
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Account" autoComplete="organization" {...field('account')} />
        <TextInput
          label="Login"
          description="The email address that you sign in with."
          autoComplete="username"
          {...field('login')}
        />
        {message && <ErrorAlert>{message}</ErrorAlert>}
        {error && <FaultAlert title="The request failed" error={error} />}
        <Button type="submit" loading={loading}>
          Send a link
        </Button>
      </Stack>
    </form>
  );
}
