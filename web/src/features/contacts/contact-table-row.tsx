// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows contain links, which are focusable

import { useFragment } from '@apollo/client/react';
import { Checkbox } from '@mantine/core';
import { type ContactRowFragment, ContactRowFragmentDoc } from '../../gql';
import { contactName } from '../../lib/format';
import type { Column } from './contact-columns';
import type { RowSelection } from './contact-table';
import classes from './contact-table.module.css';

interface ContactTableRowProps {
  columns: readonly Column[];
  selection: RowSelection | undefined;
  row: ContactRowFragment;
  index: number;
  /** Pixels from the top of the table's body. */
  top: number;
}

/**
 * A contact in the table. It comes from the cache, because it may have been edited since it was
 * listed.
 */
export function ContactTableRow({ columns, selection, row, index, top }: ContactTableRowProps) {
  const { data, complete } = useFragment({
    fragment: ContactRowFragmentDoc,
    fragmentName: 'ContactRow',
    from: row,
  });
  const contact = complete ? data : row;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      {selection && (
        <div role="cell">
          <Checkbox
            size="xs"
            aria-label={`Select ${contactName(contact)}`}
            checked={selection.isSelected(row)}
            onChange={({ nativeEvent }) =>
              selection.onToggle(index, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
            }
          />
        </div>
      )}
      {columns.map(({ label, narrowWidth, cell }) => (
        <div key={label} role="cell" className={narrowWidth ? undefined : classes.wide}>
          {cell(contact)}
        </div>
      ))}
    </div>
  );
}
