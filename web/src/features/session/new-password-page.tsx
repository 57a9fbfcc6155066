import { useMutation } from '@apollo/client/react';
import { Anchor, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { ResetPasswordDocument } from '../../gql';
import { passwordResetPaths } from '../../lib/password-reset';
import { SessionFrame } from './session-frame';

/** Sets a new password with the token of the link that the page was opened by. */
export function NewPasswordPage({ token }: { token: string }) {
  const [state, setState] = useState<'open' | 'set' | 'void'>(token === '' ? 'void' : 'open');
  return (
    <SessionFrame title="New password" heading="New password">
      <Stack>
        {state === 'open' && <NewPasswordForm token={token} onEnd={setState} />}
        {state === 'set' && (
          <>
            <Text role="status">Your password is set, and all your sessions have ended.</Text>
            <Anchor href="/">Sign in</Anchor>
          </>
        )}
        {state === 'void' && (
          <>
            <ErrorAlert>The link has expired or was used, or a newer one was sent.</ErrorAlert>
            <Anchor href={passwordResetPaths.request}>Request a new link</Anchor>
          </>
        )}
      </Stack>
    </SessionFrame>
  );
}

interface NewPasswordFormProps {
  token: string;
  onEnd: (state: 'set' | 'void') => void;
}

function NewPasswordForm({ token, onEnd }: NewPasswordFormProps) {
  const [newPassword, setNewPassword] = useState('');
  const [message, setMessage] = useState('');
  const [reset, { loading, error }] = useMutation(ResetPasswordDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMessage('');
    const variables = { token, newPassword };
    const { data } = await reset({ variables }).catch(() => ({ data: undefined })); // the error is shown below
    const payload = data?.resetPassword;
    if (!payload) return;
    if (payload.errors.some((e) => e.path === 'token')) return onEnd('void');
    if (payload.errors.length === 0) return onEnd('set');
    setMessage(payload.errors.map((e) => e.message).join(' '));
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          value={newPassword}
          onChange={({ currentTarget: { value } }) => setNewPassword(value)}
          required
          withAsterisk={false}
        />
        {message && <ErrorAlert>{message}</ErrorAlert>}
        {error && <FaultAlert title="The password was not set" error={error} />}
        <Button type="submit" loading={loading}>
          Set password
        </Button>
      </Stack>
    </form>
  );
}
