import { List } from '@mantine/core';
import type { Value } from 'contactgraph-client';
import type { ChangePartsFragment } from '../../gql';
import { noValue } from '../../lib/format';
import { useSession } from '../session/session';
import classes from './field-changes.module.css';
import { fieldAt } from './fields';
import { formatValue } from './format-value';

/** The old and the new value of each field that a write changes. */
export function FieldChanges({ changes }: { changes: ChangePartsFragment['fields'] }) {
  const { catalog } = useSession();
  if (changes.length === 0) return null;
  return (
    <List size="sm" listStyleType="none" className={classes.fields}>
      {changes.map(({ path, old, new: value }) => {
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
  );
}
