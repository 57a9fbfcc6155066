// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows contain links, which are focusable
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ContactOrder, ContactOrderField, ContactRowFragment } from '../../gql';
import classes from './contact-table.module.css';
import { ContactTableRow } from './contact-table-row';

interface ContactTableProps {
  rows: readonly ContactRowFragment[];
  total: number | undefined;
  order: Required<ContactOrder>;
  onSort: (field: ContactOrderField) => void;
  /** Called when the last rows come into view; undefined if there are no more. */
  onEnd: (() => void) | undefined;
}

const rowHeight = 48; // pixels; see contact-table.module.css
const loadAhead = 25; // rows before the end at which the next page is loaded

const columns: readonly { label: string; field?: ContactOrderField; class?: string | undefined }[] =
  [
    { label: 'ID', field: 'ID' },
    { label: 'Name', field: 'NAME' },
    { label: 'Email' },
    { label: 'Phone', class: classes.wide },
    { label: 'Preferred store', class: classes.wide },
    { label: 'Last changed', field: 'LAST_MODIFIED', class: classes.wide },
  ];

/** The table of contacts. Only the visible rows are in the DOM. */
export function ContactTable({ rows, total, order, onSort, onEnd }: ContactTableProps) {
  const body = useRef<HTMLDivElement>(null);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 15,
    scrollMargin: body.current?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - loadAhead) onEnd?.();
  }, [last, rows.length, onEnd]);

  return (
    <div
      role="table"
      aria-label="Contacts"
      aria-rowcount={total === undefined ? -1 : total + 1}
      className={classes.table}
    >
      <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.head}`}>
        {columns.map(({ label, field, class: wide }) => (
          <div
            key={label}
            role="columnheader"
            aria-sort={field && sortOf(order, field)}
            className={wide}
          >
            {field ? (
              <button type="button" className={classes.sort} onClick={() => onSort(field)}>
                {label}
                <span aria-hidden>
                  {' '}
                  {order.field === field && (order.direction === 'ASC' ? '▲' : '▼')}
                </span>
              </button>
            ) : (
              label
            )}
          </div>
        ))}
      </div>
      <div
        role="rowgroup"
        ref={body}
        className={classes.body}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => {
          const row = rows[index];
          return (
            row && (
              <ContactTableRow
                key={key}
                row={row}
                index={index}
                top={start - virtualizer.options.scrollMargin}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

function sortOf(order: Required<ContactOrder>, field: ContactOrderField) {
  if (order.field !== field) return 'none';
  return order.direction === 'ASC' ? 'ascending' : 'descending';
}
