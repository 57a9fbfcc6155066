// Opens a contact in an editor, and keeps it up to date.
import type { Client } from '../client.js';
import { followChanges } from '../follow.js';
import { FeedEndDocument, ReadContactDocument } from '../generated/documents.js';
import type { RetryDelay } from '../retry.js';
import { ContactDraft } from './contact-draft.js';

export interface OpenOptions {
  /** Ends the opening, and then the following of changes. */
  signal?: AbortSignal | undefined;
  /** Whether to follow the changes of others; true if it is absent. */
  live?: boolean | undefined;
  /** Called when changes of others arrive, and when the connection is lost. */
  onLive?: ((live: boolean, error?: unknown) => void) | undefined;
  retryDelay?: RetryDelay | undefined;
}

/**
 * Reads a contact into a draft, and follows its changes until the signal. The end of the log is
 * read before the contact, so that no change is missed. The result is null if the contact does not
 * exist or the viewer may not read it.
 */
export async function openContact(
  client: Client,
  id: string,
  options: OpenOptions = {},
): Promise<ContactDraft | null> {
  const { signal, live = true } = options;
  const end = live && (await client.execute(FeedEndDocument, { contactId: id }, { signal }));
  const { contact } = await client.execute(ReadContactDocument, { id }, { signal });
  if (!contact) return null;
  const draft = new ContactDraft(client, contact);
  if (end) followInto(draft, end.contactChanges.lastCursor, options).catch(() => {}); // onLive has the error
  return draft;
}

/** Adds the changes after a cursor to a draft. Changes that arrive together cause one read. */
async function followInto(
  draft: ContactDraft,
  after: string,
  { signal, onLive, retryDelay }: OpenOptions,
): Promise<void> {
  const { client, state } = draft;
  const contactId = state.contact.id;
  let reading: Promise<void> | undefined;
  let stale = false;
  const refresh = () => {
    stale = true;
    reading ??= (async () => {
      while (stale) {
        stale = false;
        await draft.refresh(undefined, signal);
      }
    })().finally(() => {
      reading = undefined;
    });
    reading.catch((error) => onLive?.(false, error)); // the next change, or reset, reads it again
  };
  const options = { after, contactId, signal, onLive, retryDelay, pageSize: 0 };
  for await (const event of followChanges(client, options)) {
    if (event.type === 'change') draft.addChange(event.change);
    refresh();
  }
}
