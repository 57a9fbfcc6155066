import { useQuery } from '@apollo/client/react';
import { Center, Loader, Modal } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { Api } from '../api/client';
import { catalogOf } from '../contact/catalog';
import { CatalogDocument, SignOutDocument, type ViewerPartsFragment } from '../gql';
import { FaultNote } from '../parts/fault-note';
import { SessionContext } from './session';
import { SignInForm } from './sign-in-form';

interface SessionProviderProps {
  api: Api;
  viewer: ViewerPartsFragment;
  /** Whether the server no longer knows the session. */
  lapsed: boolean;
  onReturn: () => void;
  children: ReactNode;
}

/** Gives the pages their session. When it ends by itself, one signs in again above the page, and what was typed is still there. */
export function SessionProvider({ api, viewer, lapsed, onReturn, children }: SessionProviderProps) {
  const staff = viewer.role !== 'CUSTOMER';
  const { data, error, refetch } = useQuery(CatalogDocument, { variables: { staff } });
  const session = useMemo(() => {
    const writable = new Set(viewer.writablePaths);
    return (
      data && {
        api,
        viewer,
        staff,
        catalog: catalogOf(data),
        mayWrite: (path: string) => writable.has(path),
        signOut: () => signOut(api),
      }
    );
  }, [api, viewer, staff, data]);
  if (error && !data) return <FaultNote title="The console cannot start" error={error} onRetry={() => refetch()} />;
  if (!session) {
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  return (
    <SessionContext value={session}>
      {children}
      <Modal opened={lapsed} onClose={() => {}} withCloseButton={false} title="Your session has ended">
        <SignInForm account={viewer.account} onSignedIn={onReturn} />
      </Modal>
    </SessionContext>
  );
}

/** Ends the session, and forgets all that was seen in it, wherever it was kept: the page begins anew. */
async function signOut({ client }: Api): Promise<void> {
  await client.mutate({ mutation: SignOutDocument });
  window.location.replace('/');
}
