// The tabs of a browser share one cookie, so a sign-in in one tab changes the viewer of all. Each
// tab informs the others.
import type { ViewerPartsFragment } from '../../gql';
import { viewerKey } from './session';

const channel = new BroadcastChannel('contactgraph-session');

/** Informs the other tabs that the viewer has signed in here. */
export function broadcastSignIn(viewer: ViewerPartsFragment): void {
  channel.postMessage(viewerKey(viewer));
}

/**
 * Calls the listener with the viewer's key after a sign-in in another tab. Returns a function that
 * removes the listener.
 */
export function onSignIn(listener: (key: string) => void): () => void {
  const onMessage = ({ data }: MessageEvent<string>) => listener(data);
  channel.addEventListener('message', onMessage);
  return () => channel.removeEventListener('message', onMessage);
}
