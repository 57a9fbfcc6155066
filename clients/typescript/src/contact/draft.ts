// A draft holds the edits that are not saved yet. It is kept apart from the contact, which others
// may change at the same time. The form shows the draft's value where there is one, and the
// contact's value elsewhere.
import { type Snapshot, sameValue, type Value, type Values } from './values.js';

export interface Draft {
  /** The contact when the first edit was made. A save expects its version. Null without edits. */
  readonly base: Snapshot | null;
  /** The edits by path. */
  readonly edits: Values;
}

export const emptyDraft: Draft = { base: null, edits: {} };

/** Whether there are edits to save. */
export function isDirty(draft: Draft): boolean {
  return draft.base !== null;
}

/** Returns the draft with an edit. An edit that restores the base's value is removed. */
export function withEdit(draft: Draft, current: Snapshot, path: string, value: Value): Draft {
  const base = draft.base ?? current;
  if (sameValue(value, base.values[path])) return withoutEdits({ ...draft, base }, [path]);
  return { base, edits: { ...draft.edits, [path]: value } };
}

/** Returns the draft without its edits at the paths. */
export function withoutEdits(draft: Draft, paths: readonly string[]): Draft {
  const edits = Object.fromEntries(
    Object.entries(draft.edits).filter(([path]) => !paths.includes(path)),
  );
  return Object.keys(edits).length === 0 ? emptyDraft : { base: draft.base, edits };
}

/** Moves the draft onto a newer contact, whose values the person has seen and decided to edit. */
export function rebase(draft: Draft, onto: Snapshot): Draft {
  if (draft.base === null) return draft;
  const same = Object.keys(draft.edits).filter((path) =>
    sameValue(draft.edits[path], onto.values[path]),
  );
  return withoutEdits({ base: onto, edits: draft.edits }, same);
}

/** Returns the draft with the values that its edits get when they are merged with other changes. */
export function withMerged(draft: Draft, merged: Values): Draft {
  const edits = Object.entries(draft.edits).map(
    ([path, value]) => [path, path in merged ? (merged[path] ?? null) : value] as const,
  );
  return { base: draft.base, edits: Object.fromEntries(edits) };
}

/**
 * Returns the draft after some of its paths were saved as they were sent. Edits from during the
 * save stay, on top of the contact after it.
 */
export function afterSave(
  draft: Draft,
  sent: Draft,
  paths: readonly string[],
  onto: Snapshot,
): Draft {
  const rest = withoutEdits(
    draft,
    paths.filter((path) => sameValue(draft.edits[path], sent.edits[path])),
  );
  // If others have changed a path that is still edited, the person has not seen that. The draft
  // keeps its base, so that the next save meets the conflict, or merges the list again.
  const unseen = Object.keys(rest.edits).some((path) => {
    const value = onto.values[path];
    return paths.includes(path)
      ? Array.isArray(value) && !sameValue(value, sent.edits[path])
      : !sameValue(value, rest.base?.values[path]);
  });
  return unseen ? rest : rebase(rest, onto);
}

/** The value that the form shows. */
export function shownValue(draft: Draft, current: Snapshot, path: string): Value {
  return (path in draft.edits ? draft.edits[path] : current.values[path]) ?? null;
}

/** Whether others have changed a path since the person began to edit it. */
export function isOverwritten(draft: Draft, current: Snapshot, path: string): boolean {
  return (
    draft.base !== null &&
    path in draft.edits &&
    !sameValue(current.values[path], draft.base.values[path])
  );
}

/** Whether the draft has edits that were not sent. */
export function hasNewEdits(draft: Draft, sent: Draft): boolean {
  return Object.entries(draft.edits).some(([path, value]) => !sameValue(value, sent.edits[path]));
}
