// Saves a draft: sends the edited fields only, with the version that the person saw, and lets the
// server merge them with the changes of others.
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

/**
 * A write that the server refused because others changed the same fields. The person must decide.
 */
export type Conflict = Extract<ErrorPartsFragment, { __typename: 'VersionConflict' }>;

/**
 * The result of saving a draft. Its two writes are independent: one can be saved and the other
 * refused.
 */
export interface SaveResult {
  /** The contact after the last accepted write; absent if none was accepted. */
  contact?: ContactPartsFragment;
  /** The paths that were saved. */
  saved: string[];
  /** The ids of the changes in the log. */
  changeIds: string[];
  /** Changes of others that the writes were merged with. */
  merged: ComparisonPartsFragment[];
  /** Errors that the person can fix. */
  errors: ErrorPartsFragment[];
  /** Present if the person must choose between values. */
  conflict?: Conflict;
  /** Why the last write has no result: the server may or may not have accepted it. */
  fault?: unknown;
}

/** The payload of both mutations. */
interface Payload {
  contact: ContactPartsFragment | null;
  change: { id: string } | null;
  merge: { fields: ComparisonPartsFragment[] } | null;
  errors: ErrorPartsFragment[];
}

/**
 * Whether others have changed the field of a comparison. ownSaves has the values that were saved on
 * this page: a change to such a value is not a change of others.
 */
export function isChangedByOthers(
  { path, base, latest, changedAt }: ComparisonPartsFragment,
  ownSaves: Values,
): boolean {
  const value = latest as Value;
  return (
    changedAt !== null &&
    !sameValue(base as Value, value) &&
    !(path in ownSaves && sameValue(ownSaves[path], value))
  );
}

/** Saves a draft of the contact. If the first write has no result, the second is not sent. */
export async function save(
  client: ApolloClient,
  id: string,
  draft: Draft,
  ownSaves: Values,
): Promise<SaveResult> {
  const { patch, patchPaths, details, detailPaths } = inputsOf(draft.edits);
  const lock = { id, expectedVersion: draft.base?.version, onConflict: 'MERGE' as const };
  const result: SaveResult = { saved: [], changeIds: [], merged: [], errors: [] };
  try {
    if (patchPaths.length > 0) {
      const input = { ...lock, set: patch };
      const { data } = await client.mutate({
        mutation: UpdateContactDocument,
        variables: { input },
      });
      addPayload(result, ownSaves, patchPaths, data?.updateContact);
    }
    if (detailPaths.length > 0) {
      const input = { ...lock, ...details };
      const { data } = await client.mutate({
        mutation: SetContactDetailsDocument,
        variables: { input },
      });
      addPayload(result, ownSaves, detailPaths, data?.setContactDetails);
    }
  } catch (error) {
    result.fault = error;
  }
  return result;
}

/** Adds the payload of a write of the paths to the result. */
function addPayload(
  result: SaveResult,
  ownSaves: Values,
  paths: string[],
  payload: Payload | undefined,
): void {
  if (!payload) return;
  const { contact, change, merge, errors } = payload;
  for (const error of errors) {
    if (error.__typename === 'VersionConflict')
      result.conflict = mergeConflicts(result.conflict, error);
    else result.errors.push(error);
  }
  if (contact === null) return;
  // The second write merges with the first, which is not a change of others.
  result.merged.push(
    ...(merge?.fields ?? []).filter(
      (field) => isChangedByOthers(field, ownSaves) && !result.saved.includes(field.path),
    ),
  );
  result.contact = contact;
  result.saved.push(...paths);
  if (change) result.changeIds.push(change.id);
}

/**
 * Combines the conflicts of both writes. The latest contact is that of the first write, on which
 * the next save is based: a later one may have changes to the first write's fields that the person
 * was not shown.
 */
function mergeConflicts(first: Conflict | undefined, second: Conflict): Conflict {
  const inSecond = new Set(
    second.fields.filter((field) => field.overlaps).map((field) => field.path),
  );
  const onlyInFirst = (first?.fields ?? []).filter(
    (field) => field.overlaps && !inSecond.has(field.path),
  );
  const paths = new Set(onlyInFirst.map((field) => field.path));
  return {
    ...second,
    latest: first?.latest ?? second.latest,
    fields: [...onlyInFirst, ...second.fields.filter((field) => !paths.has(field.path))],
  };
}
