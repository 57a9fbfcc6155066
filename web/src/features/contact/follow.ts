// Subscribes to the changes of a contact while its page is open.
import { type ChangePartsFragment, FollowContactDocument } from '../../gql';
import type { Api } from '../../lib/api-client';

export interface Follower {
  /** Called with each change, in order and exactly once. */
  onChange(change: ChangePartsFragment): void;
  /** Called when the connection is lost, and when it is restored. */
  onLive(live: boolean): void;
}

const retryDelay = { initial: 500, max: 15_000 }; // milliseconds

/**
 * Subscribes to a contact's changes after a cursor, and reconnects when the connection is lost.
 * Returns a function that ends the subscription.
 */
export function follow(
  { client, onConnected }: Api,
  id: string,
  after: string,
  follower: Follower,
): () => void {
  let cursor = after;
  let delay = retryDelay.initial;
  let timer: number | undefined;
  let subscription: { unsubscribe(): void } | undefined;
  let stopped = false;

  const subscribe = () => {
    subscription = client
      .subscribe({ query: FollowContactDocument, variables: { id, after: cursor } })
      .subscribe({
        next: ({ data, error }) => {
          if (error || !data) return retry();
          delay = retryDelay.initial;
          cursor = data.contactChanges.cursor;
          follower.onChange(data.contactChanges);
        },
        error: retry,
        complete: retry,
      });
  };
  const retry = () => {
    if (stopped) return;
    subscription?.unsubscribe();
    follower.onLive(false);
    window.clearTimeout(timer);
    timer = window.setTimeout(subscribe, delay);
    delay = Math.min(delay * 2, retryDelay.max);
  };

  const removeListener = onConnected(() => follower.onLive(true)); // subscribing does not mean being connected
  subscribe();
  return () => {
    stopped = true;
    removeListener();
    window.clearTimeout(timer);
    subscription?.unsubscribe();
  };
}
