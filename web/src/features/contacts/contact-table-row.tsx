// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows contain links, which are focusable
import { useFragment } from '@apollo/client/react';
import { type ContactRowFragment, ContactRowFragmentDoc } from '../../gql';
import type { Column } from './contact-columns';
import classes from './contact-table.module.css';

interface ContactTableRowProps {
  columns: readonly Column[];
  row: ContactRowFragment;
  index: number;
  /** Pixels from the top of the table's body. */
  top: number;
}

/**
 * A contact in the table. It comes from the cache, because it may have been edited since it was
 * listed.
 */
export function ContactTableRow({ columns, row, index, top }: ContactTableRowProps) {
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
      {columns.map(({ label, narrowWidth, cell }) => (
        <div key={label} role="cell" className={narrowWidth ? undefined : classes.wide}>
          {cell(contact)}
        </div>
      ))}
    </div>
  );
}
