import { Button, Skeleton, Stack, Text, Timeline, Title } from '@mantine/core';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { ScrollIntoView } from '../../components/scroll-into-view';
import type { ChangePartsFragment } from '../../gql';
import { ChangeItem } from './change-item';
import { useHistory } from './use-history';
import { useUndo } from './use-undo';

interface HistoryProps {
  id: string;
  /** The changes that have arrived since the page was opened, newest first. */
  arrived: readonly ChangePartsFragment[];
  /** Called with the id of the change that undid another. */
  onUndone: (changeId: string) => void;
}

/** The changes of a contact, newest first, with buttons that undo them. */
export function History({ id, arrived, onUndone }: HistoryProps) {
  const { changes, loading, error, hasMore, loadMore } = useHistory(id, arrived);
  const { undo, undoing, refusal, fault } = useUndo(onUndone);
  const undone = new Set(changes.map(({ undoes }) => undoes));
  return (
    <Stack component="section" aria-label="History">
      <Title order={2} size="h4">
        History
      </Title>
      {refusal && (
        <ScrollIntoView>
          <ErrorAlert title="Not undone">{refusal}</ErrorAlert>
        </ScrollIntoView>
      )}
      {fault !== undefined && (
        <FaultAlert title="We could not confirm that this was undone" error={fault} />
      )}
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
      {error !== undefined && (
        <FaultAlert title="The history could not be loaded" error={error} onRetry={loadMore} />
      )}
      {loading && <Skeleton h={48} aria-label="Loading" />}
      {!loading && changes.length === 0 && error === undefined && (
        <Text size="sm">No changes on record.</Text>
      )}
      {hasMore && !loading && (
        <Button variant="default" size="xs" onClick={loadMore} w="fit-content">
          Show older changes
        </Button>
      )}
    </Stack>
  );
}
