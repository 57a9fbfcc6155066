// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: rows contain links, which are focusable
import { Checkbox } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useEffect, useMemo, useRef } from 'react';
import type { ContactOrder, ContactOrderField, ContactRowFragment } from '../../gql';
import { useRights } from '../contact-fields/rights';
import { type Column, columnsFor } from './contact-columns';
import classes from './contact-table.module.css';
import { ContactTableRow } from './contact-table-row';

/** How rows of the table are selected. */
export interface RowSelection {
  isSelected: (row: ContactRowFragment) => boolean;
  /** Selects or deselects the row at an index, with those from the last one to it if range. */
  onToggle: (index: number, range: boolean) => void;
  /** Selects or deselects all rows that are loaded. */
  onToggleAll: () => void;
}

interface ContactTableProps {
  rows: readonly ContactRowFragment[];
  total: number | undefined;
  order: Required<ContactOrder>;
  onSort: (field: ContactOrderField) => void;
  /** Called when the last rows come into view; undefined if there are no more. */
  onEnd: (() => void) | undefined;
  /** Undefined if the viewer can do nothing with a selection. */
  selection: RowSelection | undefined;
}

const rowHeight = 48; // pixels; see contact-table.module.css
const loadAhead = 25; // rows before the end at which the next page is loaded

/** The table of contacts. Only the visible rows are in the DOM. */
export function ContactTable({ rows, total, order, onSort, onEnd, selection }: ContactTableProps) {
  const { mayRead } = useRights();
  const columns = useMemo(() => columnsFor(mayRead), [mayRead]);
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
      style={tracksOf(columns, selection !== undefined)}
    >
      <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.head}`}>
        {selection && <SelectAll rows={rows} selection={selection} />}
        {columns.map(({ label, field, narrowWidth }) => (
          <div
            key={label}
            role="columnheader"
            aria-sort={field && sortOf(order, field)}
            className={narrowWidth ? undefined : classes.wide}
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
                columns={columns}
                selection={selection}
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

/** The heading of the checkboxes, which selects all rows that are loaded. */
function SelectAll({
  rows,
  selection: { isSelected, onToggleAll },
}: Pick<ContactTableProps, 'rows'> & { selection: RowSelection }) {
  const selected = rows.filter(isSelected).length;
  return (
    <div role="columnheader">
      <Checkbox
        size="xs"
        aria-label="Select all that are loaded"
        checked={rows.length > 0 && selected === rows.length}
        indeterminate={selected > 0 && selected < rows.length}
        onChange={onToggleAll}
      />
    </div>
  );
}

/** The tracks of the grid, which contact-table.module.css uses. */
function tracksOf(columns: readonly Column[], selectable: boolean): CSSProperties {
  const checkbox = selectable ? '1.5rem ' : '';
  const tracks = {
    '--tracks': checkbox + columns.map(({ width }) => width).join(' '),
    '--narrow-tracks': checkbox + columns.map(({ narrowWidth }) => narrowWidth ?? '').join(' '),
  };
  return tracks as CSSProperties; // whose type has no variables
}

function sortOf(order: Required<ContactOrder>, field: ContactOrderField) {
  if (order.field !== field) return 'none';
  return order.direction === 'ASC' ? 'ascending' : 'descending';
}
