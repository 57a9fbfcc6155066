// Follows the change log: reads the pages after a cursor, then the stream, and continues from the
// last change when the connection is lost.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client } from './client.js';
import { CursorExpiredError, isTemporary } from './errors.js';
import {
  type ChangePartsFragment,
  FeedEndDocument,
  FeedPageDocument,
  FollowFeedDocument,
} from './generated/documents.js';
import { Backoff, type RetryDelay } from './retry.js';

/** What a follower receives. Store its `cursor` together with what you derive from it. */
export type FeedEvent<C = ChangePartsFragment> =
  /**
   * Read all contacts now: the follower continues at the cursor, which was the end of the log
   * before this event. It is the first event of a follower without a cursor, and follows when the
   * log cannot continue from the cursor; `error` is set then.
   */
  | { type: 'reset'; cursor: string; error?: CursorExpiredError }
  /** A change. */
  | { type: 'change'; cursor: string; change: C }
  /** All changes up to now have been received. */
  | { type: 'caughtUp'; cursor: string };

interface FeedPage<C> {
  contactChanges: { changes: C[]; endCursor: string; hasMore: boolean };
}

/**
 * The documents of a follower, for other fields of the changes. The cursor must be among them.
 * Without `page`, the follower reads the stream only.
 */
export interface FeedDocuments<C> {
  page?: TypedDocumentNode<FeedPage<C>, { after: string; first: number; contactId: string | null }>;
  stream: TypedDocumentNode<{ contactChanges: C }, { after: string; contactId: string | null }>;
}

/** What to follow, and from where. */
export interface FollowOptions<C> {
  /**
   * The cursor of the last event that was processed. If it is absent, the follower starts with a
   * reset, at the end of the log.
   */
  after?: string | undefined;
  /** Follow only this contact: its global id or plain number. */
  contactId?: string | null;
  /** Ends the follower. */
  signal?: AbortSignal | undefined;
  /** Called when the stream is open, and when it is lost. */
  onLive?: ((live: boolean, error?: unknown) => void) | undefined;
  /** The waits before a lost connection is opened again. */
  retryDelay?: RetryDelay | undefined;
  /**
   * The number of changes that are read at once before the stream: 100 if it is absent, up to 1000.
   * A page costs about 50 for each change, of which customers may spend 10,000 and others 50,000.
   * With 0 the follower reads the stream only, which has all changes, too. Then it does not report
   * that it has caught up.
   */
  pageSize?: number;
  documents?: FeedDocuments<C>;
}

const defaultDocuments = { page: FeedPageDocument, stream: FollowFeedDocument };

/**
 * Follows the changes, each of which is received exactly once, in the order of the log. The
 * follower ends with the signal, and throws what cannot be helped by waiting, such as an
 * UnauthenticatedError. It does not read ahead: while an event is processed, the next is not read.
 */
export async function* followChanges<C extends { cursor: string } = ChangePartsFragment>(
  client: Client,
  options: FollowOptions<C> = {},
): AsyncGenerator<FeedEvent<C>, void, undefined> {
  const { signal, contactId = null, onLive, pageSize: first = 100 } = options;
  const documents = options.documents ?? (defaultDocuments as unknown as FeedDocuments<C>);
  const backoff = new Backoff(options.retryDelay);
  let cursor = options.after;
  let expired: CursorExpiredError | undefined;
  while (!signal?.aborted) {
    let failure: unknown;
    try {
      if (cursor === undefined) {
        const end = await client.execute(FeedEndDocument, { contactId }, { signal });
        cursor = end.contactChanges.lastCursor;
        yield { type: 'reset', cursor, ...(expired && { error: expired }) };
        expired = undefined;
      }
      for (let more = first > 0; documents.page && more; ) {
        const page: FeedPage<C> = await client.execute(
          documents.page,
          { after: cursor, first, contactId },
          { signal },
        );
        for (const change of page.contactChanges.changes) {
          cursor = change.cursor;
          yield { type: 'change', cursor, change };
        }
        cursor = page.contactChanges.endCursor;
        more = page.contactChanges.hasMore;
        if (!more) yield { type: 'caughtUp', cursor };
      }
      const onOpen = () => {
        backoff.reset();
        onLive?.(true);
      };
      const variables = { after: cursor, contactId };
      const stream = client.subscribe(documents.stream, variables, { signal, onOpen });
      for await (const { contactChanges: change } of stream) {
        cursor = change.cursor;
        yield { type: 'change', cursor, change };
      }
    } catch (error) {
      failure = error;
    }
    if (signal?.aborted) return;
    onLive?.(false, failure);
    if (failure instanceof CursorExpiredError) {
      expired = failure;
      cursor = undefined;
    } else {
      if (failure !== undefined && !isTemporary(failure)) throw failure;
      await backoff.wait(failure, signal).catch(() => {}); // the signal ends the loop
    }
  }
}
