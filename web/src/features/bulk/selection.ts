// Which contacts of a list are selected.
import type { ContactFilter } from '../../gql';
import type { Target } from '../export/target';

/** The selection. All contacts that match the filter are selected, or those with these ids. */
export interface Selection {
  all: boolean;
  ids: ReadonlySet<string>;
  /** The row at which a range starts; undefined before the first one was selected. */
  anchor: string | undefined;
}

export const nothing: Selection = { all: false, ids: new Set(), anchor: undefined };

type Rows = readonly { id: string }[];

/** Whether a row is selected. */
export function isSelected({ all, ids }: Selection, { id }: Rows[number]): boolean {
  return all || ids.has(id);
}

/**
 * Selects a row, or deselects one that is selected. With range, all rows from the last one to this
 * one get the same. If all contacts were selected, then afterwards the rows of the list are, which
 * can be fewer.
 */
export function toggle(before: Selection, rows: Rows, index: number, range: boolean): Selection {
  const row = rows[index];
  if (row === undefined) return before;
  const ids = new Set(before.all ? rows.map(({ id }) => id) : before.ids);
  const select = !isSelected(before, row);
  const anchor = range ? rows.findIndex(({ id }) => id === before.anchor) : -1;
  const from = anchor < 0 ? index : anchor;
  for (const { id } of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
    if (select) ids.add(id);
    else ids.delete(id);
  }
  return { all: false, ids, anchor: row.id };
}

/** Selects all rows that are loaded, or none if they are all selected. */
export function toggleRows(before: Selection, rows: Rows): Selection {
  if (rows.every((row) => isSelected(before, row))) return nothing;
  return { ...nothing, ids: new Set(rows.map(({ id }) => id)) };
}

/** How many contacts are selected, of a list with this many. */
export function countOf({ all, ids }: Selection, total: number): number {
  return all ? total : ids.size;
}

/** The contacts that are selected. */
export function targetOf({ all, ids }: Selection, filter: ContactFilter): Target {
  return all ? { filter } : { ids: [...ids] };
}
