// Saves a draft: sends the edited fields only, with the version that the person saw, and lets the
// server merge them with the changes of others.
import type { Client } from '../client.js';
import { InternalError, type UserError, type UserErrorOf } from '../errors.js';
import {
  type ComparisonPartsFragment,
  type ContactErrorPartsFragment,
  type ContactPartsFragment,
  SetContactDetailsDocument,
  type SetContactDetailsMutation,
  type SetContactDetailsMutationVariables,
  UpdateContactDocument,
  type UpdateContactMutation,
  type UpdateContactMutationVariables,
} from '../generated/documents.js';
import { type RetryOptions, type WriteRequest, write, writeRequest } from '../retry.js';
import type { Draft } from './draft.js';
import { inputsOf } from './inputs.js';
import { sameValue, type Value, type Values } from './values.js';

/** A write that the server rejected because others changed the same fields. */
export type Conflict = UserErrorOf<'VersionConflict', ContactErrorPartsFragment>;

/** The values of one field on both sides of a conflict or merge. */
export type Comparison = ComparisonPartsFragment;

/**
 * The outcome of a save:
 *
 * - `saved`: all edits were saved.
 * - `merged`: they were saved, on top of other changes, which are in `merged`.
 * - `conflict`: others changed the same fields. The person must choose.
 * - `rejected`: the server rejected edits for the reasons in `errors`.
 * - `failed`: a request failed, and `fault` is why. Its write was not applied.
 * - `unknown`: a request failed, and it may have been applied. The next save finds out.
 *
 * If several apply, the status is the last of them in this list.
 */
export type SaveStatus = 'saved' | 'merged' | 'conflict' | 'rejected' | 'failed' | 'unknown';

/**
 * The result of saving a draft. Fields and details are two writes, which are independent: one can
 * be saved and the other rejected.
 */
export interface SaveResult {
  status: SaveStatus;
  /** The contact after the last accepted write; absent if none was accepted. */
  contact?: ContactPartsFragment;
  /** The paths that were saved. */
  saved: string[];
  /** The ids of the changes in the log. */
  changeIds: string[];
  /** Changes of others that the writes were merged with. */
  merged: Comparison[];
  /** Errors that the person can fix. */
  errors: UserError[];
  /** Present if the person must choose between values. */
  conflict?: Conflict | undefined;
  /** The fields of the conflict that need a choice. */
  overlaps: Comparison[];
  /**
   * What the other edits of the rejected writes become when they are merged: a list has the
   * elements that others have added.
   */
  mergedEdits: Values;
  /** Why the last write has no result. */
  fault?: unknown;
}

export function emptyResult(): SaveResult {
  return {
    status: 'saved',
    saved: [],
    changeIds: [],
    merged: [],
    errors: [],
    overlaps: [],
    mergedEdits: {},
  };
}

/** Whether everything that was sent was saved. */
export function isAccepted({ status }: SaveResult): boolean {
  return status === 'saved' || status === 'merged';
}

/** The payload of both mutations. */
type Payload =
  | UpdateContactMutation['updateContact']
  | SetContactDetailsMutation['setContactDetails'];

/** One of the two writes of a draft. */
interface DraftWrite {
  readonly paths: string[];
  outcomeUnknown(): boolean;
  run(client: Client, options: SaveOptions): Promise<{ payload: Payload; repeated: boolean }>;
}

/** The writes of a draft that have no result yet. */
export interface Attempt {
  readonly sent: Draft;
  writes: DraftWrite[];
}

export interface SaveOptions extends RetryOptions {
  signal?: AbortSignal | undefined;
}

/** Returns the writes of a draft of the contact. */
export function attemptOf(id: string, draft: Draft): Attempt {
  const { patch, patchPaths, details, detailPaths } = inputsOf(draft.edits);
  const lock = { id, expectedVersion: draft.base?.version, onConflict: 'MERGE' as const };
  const writes: DraftWrite[] = [];
  if (patchPaths.length > 0) {
    const variables: UpdateContactMutationVariables = { input: { ...lock, set: patch } };
    const request = writeRequest(UpdateContactDocument, variables);
    writes.push(draftWrite(request, patchPaths, (data) => data.updateContact));
  }
  if (detailPaths.length > 0) {
    const variables: SetContactDetailsMutationVariables = { input: { ...lock, ...details } };
    const request = writeRequest(SetContactDetailsDocument, variables);
    writes.push(draftWrite(request, detailPaths, (data) => data.setContactDetails));
  }
  return { sent: draft, writes };
}

function draftWrite<D, V>(
  request: WriteRequest<D, V>,
  paths: string[],
  payloadOf: (data: D) => Payload,
): DraftWrite {
  return {
    paths,
    outcomeUnknown: () => request.outcomeUnknown,
    run: async (client, options) => {
      const { data, repeated } = await write(client, request, options);
      return { payload: payloadOf(data), repeated };
    },
  };
}

/**
 * Runs the writes of an attempt, and adds their outcomes to the result. Without a result of one,
 * the next is not sent. If its outcome is unknown, the attempt keeps it, and can be run again.
 *
 * It returns whether an outcome may be that of an earlier request: then the contact in it can be
 * older than the latest one.
 */
export async function runAttempt(
  client: Client,
  attempt: Attempt,
  ownSaves: Values,
  result: SaveResult,
  options: SaveOptions,
): Promise<boolean> {
  let anyRepeated = false;
  while (attempt.writes[0]) {
    const current = attempt.writes[0];
    try {
      const { payload, repeated } = await current.run(client, options);
      if (!payload) throw new InternalError('The payload is missing.', 'INTERNAL_SERVER_ERROR');
      addPayload(result, ownSaves, current.paths, payload);
      anyRepeated ||= repeated;
      attempt.writes.shift();
    } catch (error) {
      result.fault = error;
      if (!current.outcomeUnknown()) attempt.writes = [];
      break;
    }
  }
  result.status = statusOf(result, attempt);
  return anyRepeated;
}

function statusOf(result: SaveResult, attempt: Attempt): SaveStatus {
  if (attempt.writes.length > 0) return 'unknown';
  if (result.fault !== undefined) return 'failed';
  if (result.errors.length > 0) return 'rejected';
  if (result.conflict) return 'conflict';
  return result.merged.length > 0 ? 'merged' : 'saved';
}

/**
 * Whether others have changed the field of a comparison. ownSaves has the values that were saved in
 * this form: a change to such a value is not a change of others.
 */
export function isChangedByOthers(
  { path, base, latest, changedAt }: Comparison,
  ownSaves: Values,
): boolean {
  const value = latest as Value;
  return (
    changedAt !== null &&
    !sameValue(base as Value, value) &&
    !(path in ownSaves && sameValue(ownSaves[path], value))
  );
}

/** Adds the payload of a write of the paths to the result. */
function addPayload(
  result: SaveResult,
  ownSaves: Values,
  paths: string[],
  { contact, change, merge, errors }: NonNullable<Payload>,
): void {
  for (const error of errors) {
    if (error.__typename === 'VersionConflict') {
      result.conflict = mergeConflicts(result.conflict, error);
      result.overlaps = result.conflict.fields.filter(({ overlaps }) => overlaps);
      const edits = error.fields.filter(({ path, overlaps }) => !overlaps && paths.includes(path));
      const values = edits.map(({ path, merged }) => [path, merged as Value] as const);
      result.mergedEdits = { ...result.mergedEdits, ...Object.fromEntries(values) };
    } else result.errors.push(error);
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
