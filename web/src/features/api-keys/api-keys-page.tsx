import { useQuery } from '@apollo/client/react';
import { Button, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ListTable } from '../../components/list-table';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { RowActions } from '../../components/row-actions';
import { type ApiKeyPartsFragment, ApiKeysDocument } from '../../gql';
import type { Names } from '../../lib/catalog';
import { formatOptionalTime, formatTime, noValue } from '../../lib/format';
import { roleName } from '../roles/assignment';
import { useSession } from '../session/session';
import { NewKeyDialog } from './new-key-dialog';
import { RevokeDialog } from './revoke-dialog';
import { RotateDialog } from './rotate-dialog';
import { TokenDialog } from './token-dialog';

/** Manages the API keys of the account: the credentials of programs. */
export function ApiKeysPage() {
  const result = useQuery(ApiKeysDocument);
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);
  const showToken = (name: string, token: string | null) =>
    setDialog(<TokenDialog name={name} token={token} onClose={close} />);
  return (
    <Page
      title="API keys"
      actions={
        <Button onClick={() => setDialog(<NewKeyDialog onCreated={showToken} onClose={close} />)}>
          New API key
        </Button>
      }
    >
      <QueryResult what="The API keys" result={result}>
        {({ apiKeys }) =>
          apiKeys.length === 0 ? (
            <Text>No API keys yet.</Text>
          ) : (
            <ListTable
              label="API keys"
              headings={['Name', 'Access', 'Prefix', 'Created', 'Last used', 'Expires', 'Status']}
              minWidth={1000}
            >
              {apiKeys.map((apiKey) => (
                <ApiKeyRow
                  key={apiKey.id}
                  apiKey={apiKey}
                  onRotate={() =>
                    setDialog(
                      <RotateDialog apiKey={apiKey} onRotated={showToken} onClose={close} />,
                    )
                  }
                  onRevoke={() => setDialog(<RevokeDialog apiKey={apiKey} onClose={close} />)}
                />
              ))}
            </ListTable>
          )
        }
      </QueryResult>
      {dialog}
    </Page>
  );
}

interface ApiKeyRowProps {
  apiKey: ApiKeyPartsFragment;
  onRotate: () => void;
  onRevoke: () => void;
}

function ApiKeyRow({ apiKey, onRotate, onRevoke }: ApiKeyRowProps) {
  const { name, prefix, createdAt, createdBy, lastUsedAt, expiresAt } = apiKey;
  const { catalog } = useSession();
  const status = statusOf(apiKey);
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{accessOf(apiKey, catalog.segments)}</Table.Td>
      <Table.Td>{prefix === null ? noValue : `${prefix}…`}</Table.Td>
      <Table.Td>
        {formatTime(createdAt)}
        {createdBy !== null && `, by ${createdBy}`}
      </Table.Td>
      <Table.Td>{formatOptionalTime(lastUsedAt)}</Table.Td>
      <Table.Td>{expiresAt === null ? 'Never' : formatTime(expiresAt)}</Table.Td>
      <Table.Td>{status}</Table.Td>
      <RowActions
        name={name}
        actions={status === 'Active' ? { Rotate: onRotate, Revoke: onRevoke } : {}}
      />
    </Table.Tr>
  );
}

function statusOf({ revokedAt, expiresAt }: ApiKeyPartsFragment): string {
  if (revokedAt !== null) return 'Revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'Expired' : 'Active';
}

function accessOf(apiKey: ApiKeyPartsFragment, segments: Names): string {
  const { readOnly, trustedOnly, segmentId, addresses, origins } = apiKey;
  return [
    roleName(apiKey),
    readOnly && 'read-only',
    trustedOnly && 'only trusted documents',
    segmentId !== null && `only contacts in ${segments.get(segmentId) ?? `segment ${segmentId}`}`,
    addresses.length > 0 && `only from ${addresses.join(', ')}`,
    origins.length > 0 && `only by pages of ${origins.join(', ')}`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}
