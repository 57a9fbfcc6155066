// What can be done to many contacts at once.
import type { BulkUpdateInput } from '../../gql';
import type { ContactPath } from '../contact-fields/fields';

/** The changes, with the path that they write and the choice that they need. */
export const bulkChanges = {
  addSegments: { label: 'Add to segments', path: 'membership', choice: 'segments' },
  removeSegments: { label: 'Remove from segments', path: 'membership', choice: 'segments' },
  store: { label: 'Set preferred store', path: 'preferredStoreId', choice: 'stores' },
  company: { label: 'Set company', path: 'companyId', choice: 'companies' },
} as const satisfies Record<string, { label: string; path: ContactPath; choice: string }>;

export type BulkChange = keyof typeof bulkChanges;

export type BulkAction = BulkChange | 'delete';

/** What was chosen for a change: a store or company, empty for none, or segments. */
export interface Choice {
  id: string;
  segments: readonly number[];
}

/** Returns what a change writes. */
export function writesOf(change: BulkChange, { id, segments }: Choice): BulkUpdateInput {
  const ids = segments.map(String);
  switch (change) {
    case 'addSegments':
      return { addToMembership: ids };
    case 'removeSegments':
      return { removeFromMembership: ids };
    case 'store':
      return { set: { preferredStoreId: id || null } };
    case 'company':
      return { set: { companyId: id || null } };
  }
}
