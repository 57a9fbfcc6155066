// The session of the viewer, for all pages.
import { createContext, useContext } from 'react';
import type { ViewerPartsFragment } from '../../gql';
import type { Api } from '../../lib/api-client';
import type { Catalog } from '../../lib/catalog';

/** The viewer, and what every page needs. */
export interface Session {
  api: Api;
  viewer: ViewerPartsFragment;
  catalog: Catalog;
  /** Whether the viewer is an agent or an admin, not a customer. */
  staff: boolean;
  signOut(): Promise<void>;
}

/** Distinguishes viewers, also two customers with the same name or none. */
export function viewerKey({ account, role, name, contact }: ViewerPartsFragment): string {
  return [account, role, contact?.contactId, name].join('/');
}

export const SessionContext = createContext<Session | null>(null);

/** Returns the session. All pages but the sign-in page have one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}
