// Following what is done to a contact, as long as its page is open.

import { type ChangePartsFragment, FollowContactDocument } from '../../gql';
import type { Api } from '../../lib/api-client';

/** Somebody who wants to know. */
export interface Follower {
  /** Called with each change, in their order; none is left out, none comes twice. */
  onChange(change: ChangePartsFragment): void;
  /** Called when the connection is lost, and when it is there again. */
  onLive(live: boolean): void;
}

const patience = { first: 500, last: 15_000 }; // milliseconds between attempts to connect

/** Follows a contact from a cursor on, through lost connections, until the function that it returns is called. */
export function follow({ client, onConnected }: Api, id: string, after: string, follower: Follower): () => void {
  let cursor = after;
  let wait = patience.first;
  let timer: number | undefined;
  let subscription: { unsubscribe(): void } | undefined;
  let over = false;

  const begin = () => {
    subscription = client.subscribe({ query: FollowContactDocument, variables: { id, after: cursor } }).subscribe({
      next: ({ data, error }) => {
        if (error || !data) return again();
        wait = patience.first;
        cursor = data.contactChanges.cursor;
        follower.onChange(data.contactChanges);
      },
      error: again,
      complete: again,
    });
  };
  const again = () => {
    if (over) return;
    subscription?.unsubscribe();
    follower.onLive(false);
    window.clearTimeout(timer);
    timer = window.setTimeout(begin, wait);
    wait = Math.min(wait * 2, patience.last);
  };
  const hush = onConnected(() => follower.onLive(true)); // an attempt is not yet a connection
  begin();
  return () => {
    over = true;
    hush();
    window.clearTimeout(timer);
    subscription?.unsubscribe();
  };
}
