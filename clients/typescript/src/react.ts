// For React: a form of one contact.
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Client } from './client.js';
import type { Choices, ContactDraft, ContactDraftState } from './contact/contact-draft.js';
import { openContact } from './contact/open.js';
import type { SaveResult } from './contact/save.js';
import type { Value } from './contact/values.js';
import type { UserError } from './errors.js';
import type { ChangePartsFragment } from './generated/documents.js';

/**
 * Returns the state of a draft, and renders again when it changes. Without a draft it is undefined.
 */
export function useContactDraft(draft: ContactDraft): ContactDraftState;
export function useContactDraft(draft: ContactDraft | null): ContactDraftState | undefined;
export function useContactDraft(draft: ContactDraft | null): ContactDraftState | undefined {
  const subscribe = useCallback(
    (listener: () => void) => draft?.subscribe(listener) ?? (() => {}),
    [draft],
  );
  const read = () => draft?.state;
  return useSyncExternalStore(subscribe, read, read);
}

/** What a form needs of one field. */
export interface ContactField {
  path: string;
  value: Value;
  setValue(value: Value): void;
  /** The errors of the last save. */
  errors: readonly UserError[];
  /** The last change of others to the field since the last save. */
  remoteChange: ChangePartsFragment | undefined;
  /** Whether others have changed the field since it was edited. */
  overwritten: boolean;
}

/** A form of a contact that is loaded. */
export interface ReadyContactForm extends ContactDraftState {
  status: 'ready';
  /** Whether changes of others arrive. */
  live: boolean;
  draft: ContactDraft;
  field(path: string): ContactField;
  save(): Promise<SaveResult>;
  /** Resolves a conflict with a choice for each path that overlaps, and saves. */
  resolve(choices: Choices): Promise<SaveResult>;
  discard(): void;
}

/**
 * A form of a contact. `missing` means that it does not exist, or that the viewer may not read it.
 */
export type ContactForm =
  | ReadyContactForm
  | { status: 'loading' }
  | { status: 'missing' }
  | { status: 'failed'; error: unknown; retry(): void };

export interface ContactFormOptions {
  /** Whether to follow the changes of others; true if it is absent. */
  live?: boolean;
}

type Opened = { draft: ContactDraft | null } | { error: unknown };

/**
 * Loads a contact, follows its changes, and edits it. The client must be the same object in every
 * render.
 */
export function useContactForm(
  client: Client,
  id: string,
  { live: follows = true }: ContactFormOptions = {},
): ContactForm {
  const [attempt, setAttempt] = useState(0);
  const request = useMemo(() => ({ client, id, follows, attempt }), [client, id, follows, attempt]);
  const [opened, setOpened] = useState<{ request: unknown; result: Opened }>();
  const [live, setLive] = useState(true);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const { client, id, follows } = request;
    const finish = (result: Opened) => {
      if (!signal.aborted) setOpened({ request, result });
    };
    openContact(client, id, {
      signal,
      live: follows,
      onLive: (live) => signal.aborted || setLive(live),
    }).then(
      (draft) => finish({ draft }),
      (error) => finish({ error }),
    );
    return () => controller.abort();
  }, [request]);

  const result = opened?.request === request ? opened.result : undefined;
  const draft = result && 'draft' in result ? result.draft : null;
  const state = useContactDraft(draft);

  return useMemo(() => {
    if (!result) return { status: 'loading' };
    if ('error' in result) {
      const retry = () => setAttempt((before) => before + 1);
      return { status: 'failed', error: result.error, retry };
    }
    if (!draft || !state) return { status: 'missing' };
    return readyForm(draft, state, live);
  }, [result, draft, state, live]);
}

function readyForm(draft: ContactDraft, state: ContactDraftState, live: boolean): ReadyContactForm {
  return {
    ...state,
    status: 'ready',
    live,
    draft,
    field: (path) => ({
      path,
      value: draft.value(path),
      setValue: (value) => draft.set(path, value),
      errors: draft.errors(path),
      remoteChange: state.remoteChanges[path],
      overwritten: draft.isOverwritten(path),
    }),
    save: () => draft.save(),
    resolve: (choices) => draft.resolve(choices),
    discard: () => draft.discard(),
  };
}
