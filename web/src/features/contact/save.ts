// Saving a draft: only what was changed, against the version that the person saw, merged with what others have done since.
import type { ApolloClient } from '@apollo/client';
import {
  type ComparisonPartsFragment,
  type ContactPartsFragment,
  type ErrorPartsFragment,
  SetContactDetailsDocument,
  UpdateContactDocument,
} from '../../gql';
import { inputsOf } from '../contact-fields/inputs';
import { sameValue, type Value, type Values } from '../contact-fields/values';
import type { Draft } from './draft';

/** What the server says when others want something else: the comparison that a person must decide. */
export type Conflict = Extract<ErrorPartsFragment, { __typename: 'VersionConflict' }>;

/** What became of a draft. Its two writes stand each by itself: one may be saved and the other refused. */
export interface Outcome {
  /** The contact after the last write that was accepted; absent if none was. */
  contact?: ContactPartsFragment;
  /** The paths that are saved. */
  saved: string[];
  /** The ids of the changes that were made. */
  changes: string[];
  /** What others had changed meanwhile, and was merged with. */
  cameIn: ComparisonPartsFragment[];
  /** What the person can mend. */
  errors: ErrorPartsFragment[];
  /** What the person must decide. */
  conflict?: Conflict;
  /** Why the last write got no answer to the point: it is not known whether it was accepted. */
  fault?: unknown;
}

/** What both mutations answer. */
interface Payload {
  contact: ContactPartsFragment | null;
  change: { id: string } | null;
  merge: { fields: ComparisonPartsFragment[] } | null;
  errors: ErrorPartsFragment[];
}

/** Whether a comparison is news: others have changed the field since, to something that the person has not saved itself. */
export function isNews({ path, base, latest, changedAt }: ComparisonPartsFragment, own: Values): boolean {
  const now = latest as Value;
  return changedAt !== null && !sameValue(base as Value, now) && !(path in own && sameValue(own[path], now));
}

/**
 * Saves a draft of the contact. What the person has saved of it before is nobody's news. Where a write gets no answer, the next is
 * not tried.
 */
export async function save(client: ApolloClient, id: string, draft: Draft, own: Values): Promise<Outcome> {
  const { patch, patchPaths, details, detailPaths } = inputsOf(draft.edits);
  const lock = { id, expectedVersion: draft.base?.version, onConflict: 'MERGE' as const };
  const outcome: Outcome = { saved: [], changes: [], cameIn: [], errors: [] };
  try {
    if (patchPaths.length > 0) {
      const input = { ...lock, set: patch };
      const { data } = await client.mutate({ mutation: UpdateContactDocument, variables: { input } });
      take(outcome, own, patchPaths, data?.updateContact);
    }
    if (detailPaths.length > 0) {
      const input = { ...lock, ...details };
      const { data } = await client.mutate({ mutation: SetContactDetailsDocument, variables: { input } });
      take(outcome, own, detailPaths, data?.setContactDetails);
    }
  } catch (error) {
    outcome.fault = error;
  }
  return outcome;
}

/** Adds what became of a write of some paths. */
function take(outcome: Outcome, own: Values, paths: string[], payload: Payload | undefined): void {
  if (!payload) return;
  const { contact, change, merge, errors } = payload;
  for (const error of errors) {
    if (error.__typename === 'VersionConflict') outcome.conflict = joined(outcome.conflict, error);
    else outcome.errors.push(error);
  }
  if (contact === null) return;
  // The second write merges with the first, which is nobody else's.
  outcome.cameIn.push(...(merge?.fields ?? []).filter((f) => isNews(f, own) && !outcome.saved.includes(f.path)));
  outcome.contact = contact;
  outcome.saved.push(...paths);
  if (change) outcome.changes.push(change.id);
}

/**
 * One conflict of those of both writes. The next save goes over the contact as the first has seen it: what others have done to a field
 * of the first write since then, nobody has been shown.
 */
function joined(first: Conflict | undefined, second: Conflict): Conflict {
  const seen = new Set(second.fields.filter((f) => f.overlaps).map((f) => f.path));
  const rest = (first?.fields ?? []).filter((f) => f.overlaps && !seen.has(f.path));
  const paths = new Set(rest.map((f) => f.path));
  return {
    ...second,
    latest: first?.latest ?? second.latest,
    fields: [...rest, ...second.fields.filter((f) => !paths.has(f.path))],
  };
}
