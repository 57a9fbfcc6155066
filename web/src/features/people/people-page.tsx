import { useQuery } from '@apollo/client/react';
import { Button, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ListTable } from '../../components/list-table';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { RowActions } from '../../components/row-actions';
import { type UserPartsFragment, UsersDocument } from '../../gql';
import { formatOptionalTime } from '../../lib/format';
import { roleName } from '../roles/assignment';
import { DisableDialog, EnableDialog } from './disable-dialog';
import { ResetPasswordDialog } from './reset-password-dialog';
import { ResetSecondFactorDialog } from './reset-second-factor-dialog';
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
            headings={[
              'Name',
              'Login',
              'Role',
              'Status',
              'Signs in',
              'Second factor',
              'Last sign-in',
            ]}
            minWidth={1100}
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
  const { name, login, disabled, lastSignInAt, secondFactor } = user;
  const props = { user, onClose };
  const toggle = disabled
    ? { Enable: () => onOpen(<EnableDialog {...props} />) }
    : { Disable: () => onOpen(<DisableDialog {...props} />) };
  const reset: Record<string, () => void> = secondFactor
    ? { 'Reset factor': () => onOpen(<ResetSecondFactorDialog {...props} />) }
    : {};
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{login}</Table.Td>
      <Table.Td>{roleName(user)}</Table.Td>
      <Table.Td>{disabled ? 'Disabled' : 'Active'}</Table.Td>
      <Table.Td>{signsIn(user)}</Table.Td>
      <Table.Td>{secondFactorLabel(user)}</Table.Td>
      <Table.Td>{formatOptionalTime(lastSignInAt)}</Table.Td>
      <RowActions
        name={name}
        actions={{
          Edit: () => onOpen(<UserDialog {...props} />),
          'Set password': () => onOpen(<ResetPasswordDialog {...props} />),
          ...reset,
          ...toggle,
        }}
      />
    </Table.Tr>
  );
}

function secondFactorLabel({ secondFactor, secondFactorRequired }: UserPartsFragment): string {
  if (secondFactor) return secondFactorRequired ? 'On, required' : 'On';
  return secondFactorRequired ? 'Required' : 'Off';
}

/** What the user signs in with. */
function signsIn({ hasPassword, issuer, providerAllowed }: UserPartsFragment): string {
  const now = issuer
    ? 'By the provider'
    : hasPassword
      ? 'With a password'
      : 'By the provider; has not signed in yet';
  return providerAllowed ? `${now}; the provider may replace it` : now;
}
