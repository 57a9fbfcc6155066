import { useQuery } from '@apollo/client/react';
import { Stack, Table, Title } from '@mantine/core';
import { CommandErrors } from '../../components/command-errors';
import { ListTable } from '../../components/list-table';
import { QueryResult } from '../../components/query-result';
import { RowActions } from '../../components/row-actions';
import { useCommand } from '../../components/use-command';
import { OwnSessionsDocument, RevokeSessionDocument, type SessionPartsFragment } from '../../gql';
import { formatOptionalTime, noValue } from '../../lib/format';
import { browserName } from './browser-name';

/** The user's own sessions, each but the current one with a button that revokes it. */
export function OwnSessions() {
  const result = useQuery(OwnSessionsDocument);
  const command = useCommand(['OwnSessions']);
  return (
    <Stack component="section" aria-label="Your sessions">
      <Title order={2} size="h4">
        Your sessions
      </Title>
      <CommandErrors command={command} />
      <QueryResult what="Your sessions" result={result}>
        {({ sessions }) => (
          <ListTable
            label="Your sessions"
            headings={['Browser', 'Address', 'Signed in', 'Last used']}
            minWidth={720}
          >
            {sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onRevoke={() =>
                  command.run('revoked', RevokeSessionDocument, { input: { id: session.id } })
                }
              />
            ))}
          </ListTable>
        )}
      </QueryResult>
    </Stack>
  );
}

function SessionRow({
  session,
  onRevoke,
}: {
  session: SessionPartsFragment;
  onRevoke: () => void;
}) {
  const { agent, address, createdAt, lastUsedAt, current } = session;
  const browser = browserName(agent);
  return (
    <Table.Tr>
      <Table.Td>
        {browser}
        {current && ' (this session)'}
      </Table.Td>
      <Table.Td>{address ?? noValue}</Table.Td>
      <Table.Td>{formatOptionalTime(createdAt)}</Table.Td>
      <Table.Td>{formatOptionalTime(lastUsedAt)}</Table.Td>
      <RowActions
        name={`the session of ${browser}, signed in ${formatOptionalTime(createdAt)}`}
        actions={current ? {} : { Revoke: onRevoke }}
      />
    </Table.Tr>
  );
}
