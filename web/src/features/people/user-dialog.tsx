import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog';
import { useCommand } from '../../components/use-command';
import {
  CreateUserDocument,
  type StaffRole,
  UpdateUserDocument,
  type UserPartsFragment,
} from '../../gql';
import { lengths } from '../../gql/lengths';
import { staffRoleOptions } from '../../lib/format';

interface UserDialogProps {
  /** The user to edit; null creates one. */
  user: UserPartsFragment | null;
  onClose: () => void;
}

/** Creates a user, or changes the name and role of one. */
export function UserDialog({ user, onClose }: UserDialogProps) {
  const command = useCommand(['Users', 'Viewer']); // the viewer may be the user
  const [input, setInput] = useState({
    name: user?.name ?? '',
    login: '',
    password: '',
    role: user?.role ?? ('AGENT' as StaffRole),
  });
  const submit = async () => {
    const { name, role } = input;
    const done = user
      ? await command.run('saved', UpdateUserDocument, { input: { id: user.id, name, role } })
      : await command.run('created', CreateUserDocument, { input });
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
      <NativeSelect
        label="Role"
        description={user && 'A lower role ends all sessions of the user.'}
        data={staffRoleOptions}
        value={input.role}
        onChange={(e) => setInput({ ...input, role: e.currentTarget.value as StaffRole })}
      />
      {!user && (
        <PasswordInput label="Password" autoComplete="new-password" {...field('password')} />
      )}
    </FormDialog>
  );
}
