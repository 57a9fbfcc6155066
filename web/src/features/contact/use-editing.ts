import type { Value } from 'contactgraph-client';
import {
  type Comparison,
  ContactDraft,
  propertyPath,
  type SaveResult,
  type UserError,
} from 'contactgraph-client';
import { useContactDraft } from 'contactgraph-client/react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { ChangePartsFragment, ContactPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { useSession } from '../session/session';

/** The state of the form, and the actions on it. */
export interface Editing {
  dirty: boolean;
  /** The number of edited paths. */
  count: number;
  saving: boolean;
  /** The result of the last save, until it is dismissed. */
  result: SaveResult | undefined;
  isChangedByOthers(comparison: Comparison): boolean;
  /** The value that the form shows. */
  value(path: string): Value;
  /** Whether the field is a required property that has a value, which cannot be cleared. */
  mustStay(path: string): boolean;
  errors(path: string): readonly UserError[];
  /** The last change of others to a path since the page was opened. */
  remoteChange(path: string): ChangePartsFragment | undefined;
  /** Whether others have changed an edited path. */
  isOverwritten(path: string): boolean;
  setValue(path: string, value: Value): void;
  discard(): void;
  save(): void;
  /**
   * Resolves a conflict: takes the others' values at the paths, and saves the rest of the draft on
   * top of them.
   */
  resolve(theirs: readonly string[]): void;
  /** Closes the result of the last save, and leaves a conflict unresolved. */
  dismiss(): void;
  /** Adds a change that has arrived from the log. */
  addChange(change: ChangePartsFragment): void;
  /** Marks a change as made on this page, other than by a save. */
  markAsOwn(changeId: string): void;
}

const noErrors: readonly UserError[] = [];

/** The client repeats requests without a response. */
const once = { attempts: 1 };

/** Edits a contact that others may change at the same time. */
export function useEditing(contact: ContactPartsFragment | null | undefined): Editing {
  const { api, catalog } = useSession();
  const created = useRef<ContactDraft>(null);
  if (contact) created.current ??= new ContactDraft(api.contacts, contact);
  const draft = created.current;
  const state = useContactDraft(draft);
  useEffect(() => {
    if (contact) draft?.refresh(contact);
  }, [draft, contact]);

  const result = state?.result;
  const errors = useMemo(
    () => Map.groupBy(result?.errors ?? [], ({ path }) => path ?? ''),
    [result],
  );
  const required = useMemo(() => requiredOf(contact, catalog), [contact, catalog]);
  const setValue = useCallback((path: string, value: Value) => draft?.set(path, value), [draft]);

  return {
    dirty: state?.dirty ?? false,
    count: Object.keys(state?.edits ?? {}).length,
    saving: state?.saving ?? false,
    result,
    isChangedByOthers: (comparison) => draft?.isChangedByOthers(comparison) ?? false,
    value: (path) => draft?.value(path) ?? null,
    mustStay: (path) => required.has(path),
    errors: (path) => errors.get(path) ?? noErrors,
    remoteChange: (path) => state?.remoteChanges[path],
    isOverwritten: (path) => draft?.isOverwritten(path) ?? false,
    setValue,
    discard: () => draft?.discard(),
    save: () => draft?.save(once),
    resolve: (theirs) => {
      const overlaps = result?.overlaps ?? [];
      const choices = overlaps.map(
        ({ path }) => [path, theirs.includes(path) ? 'theirs' : 'mine'] as const,
      );
      draft?.resolve(Object.fromEntries(choices), once);
    },
    dismiss: () => draft?.dismiss(),
    addChange: (change) => draft?.addChange(change),
    markAsOwn: (id) => draft?.markAsOwn(id),
  };
}

/** The paths of the required properties that have a value. */
function requiredOf(
  contact: ContactPartsFragment | null | undefined,
  catalog: Catalog,
): ReadonlySet<string> {
  const set = contact?.properties.filter(
    ({ property: { propertyId }, values }) =>
      values.length > 0 && catalog.properties.get(propertyId)?.required,
  );
  return new Set(set?.map(({ property }) => propertyPath(property.propertyId)));
}
