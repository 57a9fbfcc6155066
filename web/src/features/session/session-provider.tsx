import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { useQuery } from '@apollo/client/react';
import { Button, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { FaultNote } from '../../components/fault-alert';
import { LoadingPage } from '../../components/loading-page';
import { CatalogDocument, SignOutDocument, type ViewerPartsFragment } from '../../gql';
import type { Api } from '../../lib/api-client';
import { catalogOf } from '../../lib/catalog';
import { faultOf, isUnauthenticated } from '../../lib/fault';
import { keyOf, SessionContext } from './session';
import { onSignIn } from './session-channel';
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
  const [replaced, setReplaced] = useState(false);
  useEffect(
    () =>
      onSignIn((key) => {
        setReplaced(key !== keyOf(viewer));
        if (key === keyOf(viewer)) onReturn();
      }),
    [viewer, onReturn],
  );
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
  if (!session) return <LoadingPage />;
  return (
    <SessionContext value={session}>
      {children}
      <Modal
        opened={lapsed || replaced}
        onClose={() => {}}
        withCloseButton={false}
        title={replaced ? 'Somebody else has signed in in this browser' : 'Your session has ended'}
        zIndex={1000}
      >
        <SignInForm
          account={viewer.account}
          onSignedIn={() => {
            setReplaced(false);
            onReturn();
          }}
        />
        {replaced && (
          <Button fullWidth mt="md" variant="default" onClick={() => window.location.replace('/')}>
            Go on as whoever it is
          </Button>
        )}
      </Modal>
    </SessionContext>
  );
}

/** Ends the session, and forgets all that was seen in it, wherever it was kept: the page begins anew. */
async function signOut({ client }: Api): Promise<void> {
  try {
    await client.mutate({ mutation: SignOutDocument });
  } catch (error) {
    const ended = CombinedGraphQLErrors.is(error) && error.errors.some(isUnauthenticated);
    if (!ended) {
      notifications.show({ color: 'red', message: `You are still signed in. ${faultOf(error).message}` });
      return;
    }
  }
  window.location.replace('/');
}
