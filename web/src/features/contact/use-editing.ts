import { useCallback, useMemo, useRef, useState } from 'react';
import type { ChangePartsFragment, ComparisonPartsFragment, ContactPartsFragment, ErrorPartsFragment } from '../../gql';
import { snapshotOf } from '../contact-fields/snapshot';
import type { Value, Values } from '../contact-fields/values';
import { useSession } from '../session/session';
import { type Draft, edit, forget, isDirty, overtaken, rebase, saved, shown, untouched } from './draft';
import { type Conflict, isNews, type Outcome, save } from './save';

/** What a person does to a contact, and what comes of it. */
export interface Editing {
  dirty: boolean;
  /** How many paths are edited. */
  count: number;
  saving: boolean;
  /** What the last save says; undefined once the person goes on. */
  outcome: Outcome | undefined;
  /** Whether a comparison says what others have done. */
  isNews(comparison: ComparisonPartsFragment): boolean;
  /** The value that the form shows. */
  value(path: string): Value;
  /** What is wrong with a path. */
  errors(path: string): readonly ErrorPartsFragment[];
  /** The last change of somebody else to a path since the page was opened. */
  news(path: string): ChangePartsFragment | undefined;
  /** Whether others have changed what the person is editing. */
  overtaken(path: string): boolean;
  set(path: string, value: Value): void;
  discard(): void;
  save(): void;
  /** Settles a conflict: of the paths that overlap these are taken as others have them, and the rest is saved over it. */
  settle(conflict: Conflict, theirs: readonly string[]): void;
  /** Leaves a conflict undecided. */
  dismiss(): void;
  /** Takes notice of a change in the log. */
  notice(change: ChangePartsFragment): void;
  /** Says that a change was made here, though not by saving. */
  claim(id: string): void;
}

const none: readonly ErrorPartsFragment[] = [];

/** The editing of a contact, which others may change meanwhile. */
export function useEditing(contact: ContactPartsFragment | null | undefined): Editing {
  const { api } = useSession();
  const [draft, setDraft] = useState(untouched);
  const [saving, setSaving] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [news, setNews] = useState<Readonly<Record<string, ChangePartsFragment>>>({});
  const own = useRef(new Set<string>()); // the ids of changes that were made here
  const ownValues = useRef<Values>({}); // what was saved here, as it was then
  const busy = useRef(false); // saving, as of now
  const early = useRef<ChangePartsFragment[]>([]); // changes that arrived while it was not known whose they are
  const now = useMemo(() => contact && snapshotOf(contact), [contact]);

  const errors = useMemo(() => Map.groupBy(outcome?.errors ?? [], ({ path }) => path ?? ''), [outcome]);
  const set = useCallback((path: string, value: Value) => now && setDraft((latest) => edit(latest, now, path, value)), [now]);

  const tell = useCallback((change: ChangePartsFragment) => {
    // That it is gone, or back, is no news of each field.
    if (own.current.has(change.id) || !['UPDATE', 'DETAILS'].includes(change.kind)) return;
    setNews((before) => ({ ...before, ...Object.fromEntries(change.fields.map(({ path }) => [path, change])) }));
  }, []);

  const send = async (draft: Draft) => {
    if (!contact || busy.current) return;
    busy.current = true;
    setSaving(true);
    setOutcome(undefined);
    setNews({});
    const done = await save(api.client, contact.id, draft, ownValues.current);
    for (const id of done.changes) own.current.add(id);
    if (done.contact) {
      const after = snapshotOf(done.contact);
      const values = Object.fromEntries(done.saved.map((path) => [path, after.values[path] ?? null]));
      ownValues.current = { ...ownValues.current, ...values };
      setDraft((latest) => saved(latest, draft, done.saved, after));
    }
    setOutcome(done);
    busy.current = false;
    setSaving(false);
    for (const change of early.current.splice(0)) tell(change);
  };

  return {
    dirty: isDirty(draft),
    count: Object.keys(draft.edits).length,
    saving,
    outcome,
    isNews: (comparison) => isNews(comparison, ownValues.current),
    value: (path) => (now ? shown(draft, now, path) : null),
    errors: (path) => errors.get(path) ?? none,
    news: (path) => news[path],
    overtaken: (path) => !!now && overtaken(draft, now, path),
    set,
    discard: () => {
      setDraft(untouched);
      setOutcome(undefined);
    },
    save: () => send(draft),
    settle: (conflict, theirs) => {
      const next = rebase(forget(draft, theirs), snapshotOf(conflict.latest));
      setDraft(next);
      setOutcome(undefined);
      if (isDirty(next)) send(next);
    },
    dismiss: () => setOutcome(undefined),
    notice: (change) => (busy.current ? early.current.push(change) : tell(change)),
    claim: (id) => {
      own.current.add(id);
      setNews((before) => Object.fromEntries(Object.entries(before).filter(([, change]) => change.id !== id)));
    },
  };
}
