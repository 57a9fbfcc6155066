import { useCallback, useMemo, useRef, useState } from 'react';
import type {
  ChangePartsFragment,
  ComparisonPartsFragment,
  ContactPartsFragment,
  ErrorPartsFragment,
} from '../../gql';
import { snapshotOf } from '../contact-fields/snapshot';
import type { Value, Values } from '../contact-fields/values';
import { useSession } from '../session/session';
import {
  afterSave,
  type Draft,
  emptyDraft,
  isDirty,
  isOverwritten,
  rebase,
  shownValue,
  withEdit,
  withoutEdits,
} from './draft';
import { type Conflict, isChangedByOthers, type SaveResult, save } from './save';

/** The state of the form, and the actions on it. */
export interface Editing {
  dirty: boolean;
  /** The number of edited paths. */
  count: number;
  saving: boolean;
  /** The result of the last save, until it is dismissed. */
  result: SaveResult | undefined;
  isChangedByOthers(comparison: ComparisonPartsFragment): boolean;
  /** The value that the form shows. */
  value(path: string): Value;
  errors(path: string): readonly ErrorPartsFragment[];
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
  resolve(conflict: Conflict, theirs: readonly string[]): void;
  /** Closes the result of the last save, and leaves a conflict unresolved. */
  dismiss(): void;
  /** Adds a change that has arrived from the log. */
  addChange(change: ChangePartsFragment): void;
  /** Marks a change as made on this page, other than by a save. */
  markAsOwn(changeId: string): void;
}

const noErrors: readonly ErrorPartsFragment[] = [];

/** Edits a contact that others may change at the same time. */
export function useEditing(contact: ContactPartsFragment | null | undefined): Editing {
  const { api } = useSession();
  const [draft, setDraft] = useState(emptyDraft);
  const [saving, setSaving] = useState(false);
  const [result, setResult] = useState<SaveResult>();
  const [remoteChanges, setRemoteChanges] = useState<Readonly<Record<string, ChangePartsFragment>>>(
    {},
  );
  const ownChangeIds = useRef(new Set<string>());
  const ownSaves = useRef<Values>({}); // the values that were saved here
  const isSaving = useRef(false); // saving, without waiting for a render
  const pendingChanges = useRef<ChangePartsFragment[]>([]); // arrived during a save: they may be our own
  const current = useMemo(() => contact && snapshotOf(contact), [contact]);

  const errors = useMemo(
    () => Map.groupBy(result?.errors ?? [], ({ path }) => path ?? ''),
    [result],
  );
  const setValue = useCallback(
    (path: string, value: Value) =>
      current && setDraft((latest) => withEdit(latest, current, path, value)),
    [current],
  );

  const showChange = useCallback((change: ChangePartsFragment) => {
    // A deletion or restoration is shown for the whole contact, not for each field.
    if (ownChangeIds.current.has(change.id) || !['UPDATE', 'DETAILS'].includes(change.kind)) return;
    setRemoteChanges((before) => ({
      ...before,
      ...Object.fromEntries(change.fields.map(({ path }) => [path, change])),
    }));
  }, []);

  const send = async (sent: Draft) => {
    if (!contact || isSaving.current) return;
    isSaving.current = true;
    setSaving(true);
    setResult(undefined);
    setRemoteChanges({});
    const result = await save(api.client, contact.id, sent, ownSaves.current);
    for (const id of result.changeIds) ownChangeIds.current.add(id);
    if (result.contact) {
      const after = snapshotOf(result.contact);
      const values = Object.fromEntries(
        result.saved.map((path) => [path, after.values[path] ?? null]),
      );
      ownSaves.current = { ...ownSaves.current, ...values };
      setDraft((latest) => afterSave(latest, sent, result.saved, after));
    }
    setResult(result);
    isSaving.current = false;
    setSaving(false);
    for (const change of pendingChanges.current.splice(0)) showChange(change);
  };

  return {
    dirty: isDirty(draft),
    count: Object.keys(draft.edits).length,
    saving,
    result,
    isChangedByOthers: (comparison) => isChangedByOthers(comparison, ownSaves.current),
    value: (path) => (current ? shownValue(draft, current, path) : null),
    errors: (path) => errors.get(path) ?? noErrors,
    remoteChange: (path) => remoteChanges[path],
    isOverwritten: (path) => !!current && isOverwritten(draft, current, path),
    setValue,
    discard: () => {
      setDraft(emptyDraft);
      setResult(undefined);
    },
    save: () => send(draft),
    resolve: (conflict, theirs) => {
      const next = rebase(withoutEdits(draft, theirs), snapshotOf(conflict.latest));
      setDraft(next);
      setResult(undefined);
      if (isDirty(next)) send(next);
    },
    dismiss: () => setResult(undefined),
    addChange: (change) =>
      isSaving.current ? pendingChanges.current.push(change) : showChange(change),
    markAsOwn: (id) => {
      ownChangeIds.current.add(id);
      setRemoteChanges((before) =>
        Object.fromEntries(Object.entries(before).filter(([, change]) => change.id !== id)),
      );
    },
  };
}
