import { Button, Skeleton, Stack, Text, Timeline, Title } from '@mantine/core';
import { RefusalNote } from '../../components/error-alert';
import { FaultNote } from '../../components/fault-alert';
import { InView } from '../../components/scroll-into-view';
import type { ChangePartsFragment } from '../../gql';
import { ChangeItem } from './change-item';
import { useHistory } from './use-history';
import { useUndo } from './use-undo';

interface HistoryProps {
  id: string;
  /** The changes that have arrived since the page was opened, newest first. */
  arrived: readonly ChangePartsFragment[];
  /** Called with the id of a change that undoes another. */
  onUndone: (id: string) => void;
}

/** All that was done to a contact, newest first, and a way back from each. */
export function History({ id, arrived, onUndone }: HistoryProps) {
  const { changes, loading, error, hasMore, more } = useHistory(id, arrived);
  const { undo, undoing, refusal, fault } = useUndo(onUndone);
  const undone = new Set(changes.map(({ undoes }) => undoes));
  return (
    <Stack component="section" aria-label="History">
      <Title order={2} size="h4">
        History
      </Title>
      {refusal && (
        <InView>
          <RefusalNote title="It cannot be undone">{refusal}</RefusalNote>
        </InView>
      )}
      {fault !== undefined && <FaultNote title="It is not known to be undone" error={fault} />}
      <Timeline bulletSize={12} lineWidth={2} role="list">
        {changes.map((change) => (
          <ChangeItem
            key={change.id}
            change={change}
            undone={undone.has(change.id)}
            onUndo={() => undo(change)}
            busy={undoing === change.id}
          />
        ))}
      </Timeline>
      {error !== undefined && <FaultNote title="The history cannot be shown" error={error} onRetry={more} />}
      {loading && <Skeleton h={48} aria-label="Loading" />}
      {!loading && changes.length === 0 && error === undefined && (
        <Text size="sm">The log does not reach back to any change.</Text>
      )}
      {hasMore && !loading && (
        <Button variant="default" size="xs" onClick={more} w="fit-content">
          Older changes
        </Button>
      )}
    </Stack>
  );
}
