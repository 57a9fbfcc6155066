// The tabs of a browser share one cookie, and so whoever has signed in last in any of them. Each tells the others.
import type { ViewerPartsFragment } from '../../gql';
import { keyOf } from './session';

const channel = new BroadcastChannel('contactgraph-session');

/** Tells the other tabs who has signed in here. */
export function announce(viewer: ViewerPartsFragment): void {
  channel.postMessage(keyOf(viewer));
}

/** Calls the listener with the key of whoever signs in in another tab, until the function that it returns is called. */
export function onSignIn(listener: (key: string) => void): () => void {
  const hear = ({ data }: MessageEvent<string>) => listener(data);
  channel.addEventListener('message', hear);
  return () => channel.removeEventListener('message', hear);
}
