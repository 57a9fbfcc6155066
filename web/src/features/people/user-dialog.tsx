import { Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { useCommand } from '../../components/use-command';
import { CreateUserDocument, UpdateUserDocument, type UserPartsFragment } from '../../gql';
import { lengths } from '../../gql/lengths';
import { settings } from '../../lib/settings';
import { type Assignment, agent, assignmentInput } from '../roles/assignment';
import { RoleSelect } from '../roles/role-select';

interface UserDialogProps {
  /** The user to edit; null creates one. */
  user: UserPartsFragment | null;
  onClose: () => void;
}

/** Creates a user, or changes the name, the role and the requirements of one. */
export function UserDialog({ user, onClose }: UserDialogProps) {
  const command = useCommand(['Users', 'Viewer']); // the viewer may be the user
  const [input, setInput] = useState({
    name: user?.name ?? '',
    login: '',
    password: '',
    providerAllowed: user?.providerAllowed ?? false,
  });
  const [assignment, setAssignment] = useState<Assignment>(user ?? agent);
  const [secondFactorRequired, setRequired] = useState(user?.secondFactorRequired ?? false);
  const { sso } = settings;
  const submit = async () => {
    const { name, login, password, providerAllowed } = input;
    const role = assignmentInput(assignment);
    const change = sso ? { name, ...role, providerAllowed } : { name, ...role };
    const created = { name, ...role, login, password: sso && password === '' ? null : password };
    const done = user
      ? await command.run('saved', UpdateUserDocument, {
          input: { id: user.id, ...change, secondFactorRequired },
        })
      : await command.run('created', CreateUserDocument, { input: created });
    if (done) onClose();
  };
  const field = (name: 'name' | 'login' | 'password') => ({
    value: input[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) =>
      setInput({ ...input, [name]: value }),
    maxLength: lengths.CreateUserInput[name],
    required: true,
    withAsterisk: false,
  });
  return (
    <FormDialog
      title={user ? `Edit ${user.name}` : 'New user'}
      submitLabel={user ? 'Save' : 'Create'}
      command={command}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label="Name" autoComplete="off" {...field('name')} />
      {!user && <TextInput label="Login" autoComplete="off" {...field('login')} />}
      <RoleSelect
        description={user ? roleDescription(user) : undefined}
        value={assignment}
        onChange={setAssignment}
      />
      {user && (
        <Checkbox
          label="Must have a second factor"
          description="Until the user has one, the user can only set one up. This does not apply to sign-ins by the provider."
          checked={secondFactorRequired}
          onChange={(e) => setRequired(e.currentTarget.checked)}
        />
      )}
      {!user && (
        <PasswordInput
          label="Password"
          autoComplete="new-password"
          {...field('password')}
          {...(sso && {
            required: false,
            description: `Leave it empty for a user who signs in with ${sso.name}. The login must then be the email address.`,
          })}
        />
      )}
      {user && sso && (
        <Checkbox
          label={`Signing in with ${sso.name} may replace the password`}
          description="At the next sign-in there with a verified email address that is the login."
          checked={input.providerAllowed}
          onChange={(e) => setInput({ ...input, providerAllowed: e.currentTarget.checked })}
        />
      )}
    </FormDialog>
  );
}

function roleDescription({ issuer }: UserPartsFragment): string {
  return issuer
    ? 'The next sign-in sets the role to that of the provider. A lower role, or another one with limits, ends all sessions of the user.'
    : 'A lower role, or another one with limits, ends all sessions of the user.';
}
