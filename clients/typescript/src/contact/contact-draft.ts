// The editor of one contact that others may change at the same time, for any user interface.
import type { Client } from '../client.js';
import type { UserError } from '../errors.js';
import {
  type ChangePartsFragment,
  type ContactPartsFragment,
  ReadContactDocument,
} from '../generated/documents.js';
import {
  afterSave,
  type Draft,
  emptyDraft,
  hasNewEdits,
  isDirty,
  isOverwritten,
  rebase,
  shownValue,
  withEdit,
  withMerged,
  withoutEdits,
} from './draft.js';
import {
  type Attempt,
  attemptOf,
  type Comparison,
  emptyResult,
  isAccepted,
  isChangedByOthers,
  runAttempt,
  type SaveOptions,
  type SaveResult,
} from './save.js';
import { type Snapshot, snapshotOf, type Value, type Values } from './values.js';

/** What a form shows. Each change replaces the whole object. */
export interface ContactDraftState {
  /** The contact as it is now, as far as this draft knows. */
  readonly contact: ContactPartsFragment;
  /** Whether the contact has been deleted. */
  readonly deleted: boolean;
  /** The edits that are not saved, by path. */
  readonly edits: Values;
  readonly dirty: boolean;
  readonly saving: boolean;
  /** The result of the last save, until it is dismissed. */
  readonly result: SaveResult | undefined;
  /** The last change of others to each path since the last save. */
  readonly remoteChanges: Readonly<Record<string, ChangePartsFragment>>;
}

/** For a field that both sides have changed: whose value is saved, or another value. */
export type Choice = 'mine' | 'theirs' | { readonly value: Value };

/** One choice for all paths that overlap, or a choice for each. */
export type Choices = 'mine' | 'theirs' | Readonly<Record<string, Choice>>;

/** Edits a contact, saves the edits, and resolves conflicts. */
export class ContactDraft {
  #state: ContactDraftState;
  #current: Snapshot; // of the state's contact
  #draft = emptyDraft;
  #attempt: Attempt | undefined; // its last request has no response
  #saving = Promise.resolve(emptyResult()); // the last save
  #ownSaves: Values = {}; // the values that were saved by this draft
  #accepted = 0; // the number of saves with an accepted write
  readonly #ownChangeIds = new Set<string>();
  readonly #pendingChanges: ChangePartsFragment[] = []; // arrived during a save: they may be our own
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: Client,
    contact: ContactPartsFragment,
  ) {
    this.#current = snapshotOf(contact);
    this.#state = {
      contact,
      deleted: false,
      edits: emptyDraft.edits,
      dirty: false,
      saving: false,
      result: undefined,
      remoteChanges: {},
    };
  }

  get state(): ContactDraftState {
    return this.#state;
  }

  /** Calls a listener after each change of the state. Returns a function that removes it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The value that the form shows at a path. */
  value(path: string): Value {
    return shownValue(this.#draft, this.#current, path);
  }

  /** Whether others have changed an edited path since it was edited. */
  isOverwritten(path: string): boolean {
    return isOverwritten(this.#draft, this.#current, path);
  }

  /** The errors of the last save at a path; without a path, those about the whole contact. */
  errors(path: string | null = null): readonly UserError[] {
    return this.#state.result?.errors.filter((error) => error.path === path) ?? [];
  }

  /** Whether the change that a comparison shows was made by others, not by a save of this draft. */
  isChangedByOthers(comparison: Comparison): boolean {
    return isChangedByOthers(comparison, this.#ownSaves);
  }

  /**
   * Edits a path. An edit that restores the value is removed. A conflict is dismissed: the next
   * save meets it again, with this edit.
   */
  set(path: string, value: Value): void {
    const result = this.#state.result?.conflict ? undefined : this.#state.result;
    this.#update({ result }, withEdit(this.#draft, this.#current, path, value));
  }

  /** Removes all edits, and forgets a save whose outcome is unknown. */
  discard(): void {
    this.#attempt = undefined;
    this.#update({ result: undefined }, emptyDraft);
  }

  /** Removes the result of the last save, and leaves a conflict unresolved. */
  dismiss(): void {
    this.#update({ result: undefined });
  }

  /**
   * Saves the edits. A request without a response is repeated with the same idempotency key, first
   * of all that of an earlier save. During a save, further calls return its result.
   */
  save(options: SaveOptions = {}): Promise<SaveResult> {
    if (!this.#state.saving) this.#saving = this.#save(options);
    return this.#saving;
  }

  async #save(options: SaveOptions): Promise<SaveResult> {
    this.#update({ saving: true, result: undefined, remoteChanges: {} });
    const result = emptyResult();
    let refresh = false;
    if (this.#attempt) refresh = await this.#finish(this.#attempt, result, options);
    while (isDirty(this.#draft) && isAccepted(result)) {
      const sent = this.#draft;
      this.#attempt = attemptOf(this.#state.contact.id, sent);
      refresh = (await this.#finish(this.#attempt, result, options)) || refresh;
      // A conflict must show all edits, also those that were made in the meantime.
      if (result.status !== 'conflict' || !hasNewEdits(this.#draft, sent)) break;
      Object.assign(result, {
        status: 'saved',
        conflict: undefined,
        overlaps: [],
        mergedEdits: {},
      });
    }
    this.#update({ saving: false, result });
    for (const change of this.#pendingChanges.splice(0)) this.addChange(change);
    if (refresh) await this.refresh().catch(() => {}); // the save has succeeded; the next read will show it
    return result;
  }

  /** Runs an attempt. Returns whether the contact must be read again. */
  async #finish(attempt: Attempt, result: SaveResult, options: SaveOptions): Promise<boolean> {
    const savedBefore = result.saved.length;
    const repeated = await runAttempt(this.client, attempt, this.#ownSaves, result, options);
    if (this.#attempt === attempt && attempt.writes.length === 0) this.#attempt = undefined;
    for (const id of result.changeIds) this.#ownChangeIds.add(id);
    const paths = result.saved.slice(savedBefore);
    if (!result.contact || paths.length === 0) return repeated;
    this.#accepted++;
    const after = snapshotOf(result.contact);
    const values = paths.map((path) => [path, after.values[path] ?? null] as const);
    this.#ownSaves = { ...this.#ownSaves, ...Object.fromEntries(values) };
    this.#current = after;
    const draft = afterSave(this.#draft, attempt.sent, paths, after);
    this.#update({ contact: result.contact }, draft);
    return repeated;
  }

  /**
   * Resolves the conflict of the last save, and saves what is left. There must be a choice for each
   * path that overlaps.
   */
  async resolve(choices: Choices, options?: SaveOptions): Promise<SaveResult> {
    const { result } = this.#state;
    if (!result?.conflict) throw new Error('There is no conflict to resolve.');
    const { latest } = result.conflict;
    let draft = withMerged(this.#draft, result.mergedEdits);
    for (const { path } of result.overlaps) {
      const choice = typeof choices === 'string' ? choices : choices[path];
      if (choice === undefined) throw new Error(`There is no choice for ${path}.`);
      if (choice === 'theirs') draft = withoutEdits(draft, [path]);
      else if (choice !== 'mine') draft = withMerged(draft, { [path]: choice.value });
    }
    this.#current = snapshotOf(latest);
    this.#update({ contact: latest, result: undefined }, rebase(draft, this.#current));
    return this.save(options);
  }

  /**
   * Takes over a contact that was read again, or reads it. Edits stay; the other fields show the
   * new values. Null means that it was deleted.
   */
  async refresh(contact?: ContactPartsFragment | null, signal?: AbortSignal): Promise<void> {
    let read = contact;
    while (read === undefined) {
      const before = this.#accepted;
      const variables = { id: this.#state.contact.id };
      const data = await this.client.execute(ReadContactDocument, variables, { signal });
      if (before === this.#accepted) read = data.contact; // otherwise it may be older than the save
    }
    if (read) this.#current = snapshotOf(read);
    this.#update(read ? { contact: read, deleted: false } : { deleted: true });
  }

  /** Adds a change that has arrived from the log. It does not read the contact: see refresh. */
  addChange(change: ChangePartsFragment): void {
    if (this.#state.saving) {
      this.#pendingChanges.push(change);
      return;
    }
    if (this.#ownChangeIds.has(change.id)) return;
    if (['DELETE', 'ERASE', 'MERGED'].includes(change.kind)) this.#update({ deleted: true });
    if (change.kind !== 'UPDATE' && change.kind !== 'DETAILS') return;
    const changes = change.fields.map(({ path }) => [path, change] as const);
    const { remoteChanges } = this.#state;
    this.#update({ remoteChanges: { ...remoteChanges, ...Object.fromEntries(changes) } });
  }

  /** Marks a change that this person caused other than by a save, such as an undo, as own. */
  markAsOwn(changeId: string): void {
    this.#ownChangeIds.add(changeId);
    const rest = Object.entries(this.#state.remoteChanges).filter(([, { id }]) => id !== changeId);
    this.#update({ remoteChanges: Object.fromEntries(rest) });
  }

  #update(changed: Partial<ContactDraftState>, draft: Draft = this.#draft): void {
    this.#draft = draft;
    this.#state = { ...this.#state, ...changed, edits: draft.edits, dirty: isDirty(draft) };
    for (const listener of this.#listeners) listener();
  }
}
