import { Button, List, Text, Timeline } from '@mantine/core';
import type { Value } from 'contactgraph-client';
import type { ChangePartsFragment } from '../../gql';
import {
  actorName,
  changeKindLabels,
  changeSourceLabels,
  formatTime,
  noValue,
} from '../../lib/format';
import { fieldAt } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import { useRights } from '../contact-fields/rights';
import { useSession } from '../session/session';
import classes from './change-item.module.css';

interface ChangeItemProps {
  change: ChangePartsFragment;
  /** Whether a later change has undone it. */
  undone: boolean;
  onUndo: () => void;
  busy: boolean;
}

/** A change in the history of a contact. */
export function ChangeItem({ change, undone, onUndo, busy, ...timeline }: ChangeItemProps) {
  const { catalog, staff } = useSession();
  const { mayUndo } = useRights();
  const { kind, at, actor, source, fields, undoes } = change;
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
      {kind !== 'CREATE' && (
        <List size="sm" listStyleType="none" className={classes.fields}>
          {fields.map(({ path, old, new: value }) => {
            const field = fieldAt(path, catalog);
            const before = formatValue(field, old as Value, catalog);
            return (
              <List.Item key={path}>
                <span className={classes.label}>{field.label}</span>:{' '}
                {before === noValue ? noValue : <del>{before}</del>} <span aria-hidden>→</span>{' '}
                <ins>{formatValue(field, value as Value, catalog)}</ins>
              </List.Item>
            );
          })}
        </List>
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
