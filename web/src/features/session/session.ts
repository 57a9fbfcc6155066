// The session of whoever is signed in, for all pages.
import { createContext, useContext } from 'react';
import type { ViewerPartsFragment } from '../../gql';
import type { Api } from '../../lib/api-client';
import type { Catalog } from '../../lib/catalog';

/** Who is signed in, and what every page needs. */
export interface Session {
  api: Api;
  viewer: ViewerPartsFragment;
  catalog: Catalog;
  /** Whether the viewer works for the account, and is no customer of it. */
  staff: boolean;
  /** Whether the viewer may write a path of a contact. The server says so. */
  mayWrite(path: string): boolean;
  signOut(): Promise<void>;
}

/** Tells one viewer from another: also two customers, who may have no name or the same. */
export function keyOf({ account, role, name, contact }: ViewerPartsFragment): string {
  return [account, role, contact?.contactId, name].join('/');
}

export const SessionContext = createContext<Session | null>(null);

/** The session, on pages, which are shown to nobody else. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}
