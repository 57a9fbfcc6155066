// What a person has typed and not saved yet. It stands beside the contact as it is now, which others may change meanwhile: what is
// shown is the draft where there is one, and the contact elsewhere.
import type { Snapshot } from '../contact-fields/snapshot';
import { sameValue, type Value, type Values } from '../contact-fields/values';

/** Edits by path, and what the contact was when the first of them was begun: the version that a save must name. */
export interface Draft {
  readonly base: Snapshot | null;
  readonly edits: Values;
}

/** The draft of somebody who has not begun. */
export const untouched: Draft = { base: null, edits: {} };

/** Whether there is something to save. */
export function isDirty(draft: Draft): boolean {
  return draft.base !== null;
}

/** The draft after an edit. One that restores what the field was at first is none; with the last of them the draft ends. */
export function edit(draft: Draft, now: Snapshot, path: string, value: Value): Draft {
  const base = draft.base ?? now;
  if (sameValue(value, base.values[path])) return forget({ ...draft, base }, [path]);
  return { base, edits: { ...draft.edits, [path]: value } };
}

/** The draft without the edits of some paths. */
export function forget(draft: Draft, paths: readonly string[]): Draft {
  const edits = Object.fromEntries(Object.entries(draft.edits).filter(([path]) => !paths.includes(path)));
  return Object.keys(edits).length === 0 ? untouched : { base: draft.base, edits };
}

/** The draft as one over a newer contact: the person has seen it, and chosen for each path. */
export function rebase(draft: Draft, onto: Snapshot): Draft {
  return draft.base === null ? draft : forget({ base: onto, edits: draft.edits }, pathsAsIn(draft.edits, onto.values));
}

/** The draft once some paths of it were saved as they were sent. What was typed since stays, over the contact as it is now. */
export function saved(draft: Draft, sent: Draft, paths: readonly string[], onto: Snapshot): Draft {
  const rest = forget(
    draft,
    paths.filter((path) => sameValue(draft.edits[path], sent.edits[path])),
  );
  // Where others have changed what is edited still, the person has not seen it: the next save must meet it.
  const unseen = Object.keys(rest.edits).some(
    (path) => !paths.includes(path) && !sameValue(onto.values[path], rest.base?.values[path]),
  );
  return unseen ? rest : rebase(rest, onto);
}

function pathsAsIn(edits: Values, values: Values): string[] {
  return Object.keys(edits).filter((path) => sameValue(edits[path], values[path]));
}

/** What the form shows for a path. */
export function shown(draft: Draft, now: Snapshot, path: string): Value {
  return (path in draft.edits ? draft.edits[path] : now.values[path]) ?? null;
}

/** Whether others have changed a path since the person began to edit it. */
export function overtaken(draft: Draft, now: Snapshot, path: string): boolean {
  return draft.base !== null && path in draft.edits && !sameValue(now.values[path], draft.base.values[path]);
}
