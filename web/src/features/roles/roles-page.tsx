import { useQuery } from '@apollo/client/react';
import { Button, Table, Text } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { ListTable } from '../../components/list-table';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { RowActions } from '../../components/row-actions';
import { useCommand } from '../../components/use-command';
import {
  DeleteRoleDocument,
  type RolePartsFragment,
  RolesPageDocument,
  type RolesPageQuery,
} from '../../gql';
import { formatNumber, noValue } from '../../lib/format';
import { useSession } from '../session/session';
import { limitedFields, summaryOf } from './field-rights';
import { RoleDialog } from './role-dialog';

/** Manages the roles of the account, which limit what agents read and write of contacts. */
export function RolesPage() {
  const { viewer, catalog } = useSession();
  const fields = useMemo(() => limitedFields(viewer, catalog), [viewer, catalog]);
  const result = useQuery(RolesPageDocument);
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);
  const edit = (role: RolePartsFragment | null) =>
    setDialog(<RoleDialog role={role} fields={fields} onClose={close} />);
  return (
    <Page title="Roles" actions={<Button onClick={() => edit(null)}>New role</Button>}>
      <Text size="sm">
        A role limits which fields of contacts its users and API keys read and write. Agents without
        such a role, and admins, have no limits.
      </Text>
      <QueryResult what="The roles" result={result}>
        {(data) =>
          data.roles.length === 0 ? (
            <Text>No roles yet.</Text>
          ) : (
            <ListTable label="Roles" headings={['Name', 'Rights', 'Used by']} minWidth={640}>
              {data.roles.map((role) => (
                <Table.Tr key={role.id}>
                  <Table.Td>{role.name}</Table.Td>
                  <Table.Td>{summaryOf(role, fields)}</Table.Td>
                  <Table.Td>{usersOf(role, data)}</Table.Td>
                  <RowActions
                    name={role.name}
                    actions={{
                      Edit: () => edit(role),
                      Delete: () => setDialog(<DeleteRoleDialog role={role} onClose={close} />),
                    }}
                  />
                </Table.Tr>
              ))}
            </ListTable>
          )
        }
      </QueryResult>
      {dialog}
    </Page>
  );
}

/** Counts the users and the valid API keys that have a role. */
function usersOf({ id }: RolePartsFragment, { users, apiKeys }: RolesPageQuery): string {
  const count = (owners: { customRole: { id: string } | null }[], one: string, more: string) => {
    const n = owners.filter(({ customRole }) => customRole?.id === id).length;
    return n > 0 && `${formatNumber(n)} ${n === 1 ? one : more}`;
  };
  const valid = apiKeys.filter(({ revokedAt }) => revokedAt === null);
  return (
    [count(users, 'user', 'users'), count(valid, 'API key', 'API keys')]
      .filter((part) => part !== false)
      .join(', ') || noValue
  );
}

interface DeleteRoleDialogProps {
  role: RolePartsFragment;
  onClose: () => void;
}

/** Deletes a role after a confirmation. */
function DeleteRoleDialog({ role: { id, name }, onClose }: DeleteRoleDialogProps) {
  const command = useCommand(['RolesPage']);
  const remove = async () => {
    if (await command.run('deleted', DeleteRoleDocument, { input: { id } })) onClose();
  };
  return (
    <ConfirmDialog
      title={`Delete role ${name}?`}
      text="You can delete a role only if no user and no API key has it."
      command={command}
      onConfirm={remove}
      onClose={onClose}
    />
  );
}
