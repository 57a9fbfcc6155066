import { Button, Text, Timeline } from '@mantine/core';
import type { ChangePartsFragment } from '../../gql';
import {
  actorName,
  changeKindLabels,
  changeSourceLabels,
  formatList,
  formatTime,
} from '../../lib/format';
import { FieldChanges } from '../contact-fields/field-changes';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import classes from './change-item.module.css';
import { UnmergeButton } from './unmerge';

interface ChangeItemProps {
  change: ChangePartsFragment;
  /** Whether a later change has undone it. */
  undone: boolean;
  onUndo: () => void;
  busy: boolean;
}

/** A change in the history of a contact. */
export function ChangeItem({ change, undone, onUndo, busy, ...timeline }: ChangeItemProps) {
  const { staff } = useSession();
  const { mayUndo, mayMerge } = useRights();
  const { id, kind, at, actor, source, fields, undoes, mergedFrom } = change;
  const title = `${undoes === null ? changeKindLabels[kind] : 'Undo'} by ${actorName(actor)}`;
  return (
    <Timeline.Item
      {...timeline}
      role="listitem"
      title={<span className={classes.title}>{title}</span>}
    >
      <Text size="xs" c="dimmed">
        <time dateTime={at}>{formatTime(at)}</time>
        {staff && `, via ${changeSourceLabels[source]}`}
        {undone && ', later undone'}
      </Text>
      {kind !== 'CREATE' && <FieldChanges changes={fields} />}
      {kind === 'MERGE' && (
        <>
          <Text size="sm">
            Merged into this contact: {formatList(mergedFrom.map((id) => `contact ${id}`))}
          </Text>
          {mayMerge && <UnmergeButton changeId={id} mergedFrom={mergedFrom} undone={undone} />}
        </>
      )}
      {!undone && mayUndo(change) && (
        <Button
          size="compact-xs"
          variant="default"
          mt={4}
          onClick={onUndo}
          loading={busy}
          aria-label={`Undo the change of ${formatTime(at)}`}
        >
          Undo
        </Button>
      )}
    </Timeline.Item>
  );
}
