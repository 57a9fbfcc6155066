// What the viewer may do with contacts. The server decides this for every request; the console
// shows and offers the same, and so sends nothing that the server would reject.
import { propertyPath } from 'contactgraph-client';
import { useMemo } from 'react';
import type { ChangePartsFragment, ViewerPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { useSession } from '../session/session';
import { type ContactPath, fieldPaths, registrationPaths } from './fields';

export interface Rights {
  /** Whether the viewer may read all of these paths of a contact. */
  mayRead(...paths: readonly ContactPath[]): boolean;
  /** Whether the viewer may write a path of a contact. */
  mayWrite(path: ContactPath): boolean;
  /** Whether the viewer may create contacts. */
  mayCreate: boolean;
  /** Whether the viewer may delete and restore contacts, which changes all of a contact. */
  mayRemove: boolean;
  /** Whether the viewer may export and import contacts. */
  mayTransfer: boolean;
  /** Whether the viewer may merge contacts, and undo that. */
  mayMerge: boolean;
  /**
   * Whether the viewer may undo a change. The server also rejects the undoing of a change of which
   * the viewer may not read all.
   */
  mayUndo(change: Pick<ChangePartsFragment, 'kind' | 'fields'>): boolean;
}

/** What the order by name reads, and the search by name. */
export const namePaths = ['firstName', 'lastName'] as const satisfies readonly ContactPath[];

/** What a phone number consists of, which the search by phone reads. */
export const phonePaths = ['phoneCountryCode', 'phone'] as const satisfies readonly ContactPath[];

/** Returns what the viewer may do. */
export function useRights(): Rights {
  const { viewer, catalog } = useSession();
  return useMemo(() => rightsOf(viewer, catalog), [viewer, catalog]);
}

export function rightsOf(
  { role, readablePaths, writablePaths, mayTransfer, mayMerge }: ViewerPartsFragment,
  { properties }: Catalog,
): Rights {
  const staff = role !== 'CUSTOMER';
  const [readable, writable] = [new Set(readablePaths), new Set(writablePaths)];
  const mayRead: Rights['mayRead'] = (...paths) => paths.every((path) => readable.has(path));
  const mayWrite: Rights['mayWrite'] = (path) => writable.has(path);
  const mayRemove =
    staff &&
    fieldPaths.every(mayWrite) &&
    mayWrite('password') &&
    [...properties.keys()].every((id) => mayWrite(propertyPath(id))) &&
    mayRead(...registrationPaths);
  return {
    mayRead,
    mayWrite,
    mayCreate: staff && writable.size > 0,
    mayRemove,
    mayTransfer,
    mayMerge,
    mayUndo: ({ kind, fields }) => {
      switch (kind) {
        case 'DELETE':
          return mayRemove;
        case 'UPDATE':
        case 'DETAILS': {
          const undone = fields.filter(({ path }) => path !== 'password'); // it is not in the log
          return undone.length > 0 && undone.every(({ path }) => writable.has(path));
        }
        default: // to undo a creation is to delete the contact, for which there is a button that asks first
          return false;
      }
    },
  };
}
