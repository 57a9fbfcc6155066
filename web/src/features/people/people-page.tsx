import { useQuery } from '@apollo/client/react';
import { Button, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ListTable } from '../../components/list-table';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { RowActions } from '../../components/row-actions';
import { type UserPartsFragment, UsersDocument } from '../../gql';
import { formatOptionalTime, roleLabels } from '../../lib/format';
import { DisableDialog, EnableDialog } from './disable-dialog';
import { ResetPasswordDialog } from './reset-password-dialog';
import { UserDialog } from './user-dialog';

/** Manages the users of the account: the agents and admins who sign in. */
export function PeoplePage() {
  const result = useQuery(UsersDocument);
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);
  return (
    <Page
      title="People"
      actions={
        <Button onClick={() => setDialog(<UserDialog user={null} onClose={close} />)}>
          New user
        </Button>
      }
    >
      <QueryResult what="The users" result={result}>
        {({ users }) => (
          <ListTable
            label="People"
            headings={['Name', 'Login', 'Role', 'Status', 'Last sign-in']}
            minWidth={860}
          >
            {users.map((user) => (
              <UserRow key={user.id} user={user} onOpen={setDialog} onClose={close} />
            ))}
          </ListTable>
        )}
      </QueryResult>
      {dialog}
    </Page>
  );
}

interface UserRowProps {
  user: UserPartsFragment;
  onOpen: (dialog: ReactNode) => void;
  onClose: () => void;
}

function UserRow({ user, onOpen, onClose }: UserRowProps) {
  const { name, login, role, disabled, lastSignInAt } = user;
  const props = { user, onClose };
  const toggle = disabled
    ? { Enable: () => onOpen(<EnableDialog {...props} />) }
    : { Disable: () => onOpen(<DisableDialog {...props} />) };
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{login}</Table.Td>
      <Table.Td>{roleLabels[role]}</Table.Td>
      <Table.Td>{disabled ? 'Disabled' : 'Active'}</Table.Td>
      <Table.Td>{formatOptionalTime(lastSignInAt)}</Table.Td>
      <RowActions
        name={name}
        actions={{
          Edit: () => onOpen(<UserDialog {...props} />),
          'Set password': () => onOpen(<ResetPasswordDialog {...props} />),
          ...toggle,
        }}
      />
    </Table.Tr>
  );
}
