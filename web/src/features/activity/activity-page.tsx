import { Button, Group, List, NativeSelect, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { FaultAlert } from '../../components/fault-alert';
import { Page } from '../../components/page';
import type { AuditAction } from '../../gql';
import { formatTime } from '../../lib/format';
import { actionLabels, describeEntry } from './describe-entry';
import { useAuditLog } from './use-audit-log';

const all = '';
const actionOptions = [
  { value: all, label: 'All' },
  ...Object.entries(actionLabels).map(([value, label]) => ({ value, label })),
];

const exportFormats = [
  { format: 'csv', label: 'CSV' },
  { format: 'jsonl', label: 'JSON Lines' },
];

/** The audit log: who did what in the account, apart from changes of contacts. */
export function ActivityPage() {
  const [action, setAction] = useState<AuditAction | typeof all>(all);
  return (
    <Page title="Activity" actions={<ExportLinks action={action === all ? null : action} />}>
      <NativeSelect
        label="Show"
        data={actionOptions}
        value={action}
        onChange={(e) => setAction(e.currentTarget.value as AuditAction | typeof all)}
        maw={320}
      />
      <Entries key={action} action={action === all ? null : action} />
    </Page>
  );
}

/** Links that download the entries with an action, null for all. */
function ExportLinks({ action }: { action: AuditAction | null }) {
  return (
    <Group gap="xs">
      {exportFormats.map(({ format, label }) => {
        const query = new URLSearchParams({ format, ...(action !== null && { action }) });
        return (
          <Button
            key={format}
            component="a"
            variant="default"
            href={`/exports/audit-log?${query}`}
            download
          >
            Export as {label}
          </Button>
        );
      })}
    </Group>
  );
}

function Entries({ action }: { action: AuditAction | null }) {
  const { items: entries, loading, error, hasMore, loadMore } = useAuditLog(action);
  return (
    <>
      <List listStyleType="none" spacing="sm" aria-label="Activity">
        {entries.map((entry) => (
          <List.Item key={entry.id}>
            {describeEntry(entry)}
            <Text size="xs" c="dimmed">
              <time dateTime={entry.at}>{formatTime(entry.at)}</time>
              {entry.address !== null && `, from ${entry.address}`}
            </Text>
          </List.Item>
        ))}
      </List>
      {error !== undefined && (
        <FaultAlert title="The activity could not be loaded" error={error} onRetry={loadMore} />
      )}
      {loading && <Skeleton h={48} aria-label="Loading" />}
      {!loading && error === undefined && entries.length === 0 && <Text>No activity.</Text>}
      {hasMore && !loading && (
        <Button variant="default" size="xs" onClick={loadMore} w="fit-content">
          Load more
        </Button>
      )}
    </>
  );
}
