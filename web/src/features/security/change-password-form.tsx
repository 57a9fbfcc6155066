import { Button, PasswordInput, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { CommandErrors } from '../../components/command-errors';
import { useCommand } from '../../components/use-command';
import { ChangePasswordDocument } from '../../gql';
import { lengths } from '../../gql/lengths';

const empty = { currentPassword: '', newPassword: '' };

/** Changes the user's own password. */
export function ChangePasswordForm() {
  const command = useCommand(['OwnSessions']);
  const [input, setInput] = useState(empty);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await command.run('saved', ChangePasswordDocument, { input }))) return;
    setInput(empty);
    notifications.show({ message: 'Password changed. All your other sessions have ended.' });
  };
  const field = (name: keyof typeof input) => ({
    value: input[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) =>
      setInput({ ...input, [name]: value }),
    required: true,
    withAsterisk: false,
  });
  return (
    <form onSubmit={submit} aria-label="Change password">
      <Stack maw={440}>
        <Title order={2} size="h4">
          Change password
        </Title>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          {...field('currentPassword')}
        />
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          maxLength={lengths.ChangePasswordInput.newPassword}
          {...field('newPassword')}
        />
        <CommandErrors command={command} />
        <Button type="submit" loading={command.busy} w="fit-content">
          Change password
        </Button>
      </Stack>
    </form>
  );
}
