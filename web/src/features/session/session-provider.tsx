import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { useQuery } from '@apollo/client/react';
import { Button, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { FaultAlert } from '../../components/fault-alert';
import { LoadingPage } from '../../components/loading-page';
import { CatalogDocument, SignOutDocument, type ViewerPartsFragment } from '../../gql';
import type { Api } from '../../lib/api-client';
import { catalogOf } from '../../lib/catalog';
import { faultOf, isUnauthenticated } from '../../lib/fault';
import { SessionContext, viewerKey } from './session';
import { onSignIn } from './session-channel';
import { SignInForm } from './sign-in-form';

interface SessionProviderProps {
  api: Api;
  viewer: ViewerPartsFragment;
  /** Whether the session has ended on the server. */
  expired: boolean;
  /** Called when the viewer has signed in again, in any tab. */
  onSignedIn: () => void;
  children: ReactNode;
}

/**
 * Provides the session to the pages. If it expires, the person signs in again in a dialog above the
 * page, and unsaved input is kept.
 */
export function SessionProvider({
  api,
  viewer,
  expired,
  onSignedIn,
  children,
}: SessionProviderProps) {
  const staff = viewer.role !== 'CUSTOMER';
  const [replaced, setReplaced] = useState(false);
  useEffect(
    () =>
      onSignIn((key) => {
        setReplaced(key !== viewerKey(viewer));
        if (key === viewerKey(viewer)) onSignedIn();
      }),
    [viewer, onSignedIn],
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
  if (error && !data)
    return (
      <FaultAlert title="The console could not start" error={error} onRetry={() => refetch()} />
    );
  if (!session) return <LoadingPage />;
  return (
    <SessionContext value={session}>
      {children}
      <Modal
        opened={expired || replaced}
        onClose={() => {}}
        withCloseButton={false}
        title={
          replaced ? 'This browser is now signed in as a different user' : 'Your session has ended'
        }
        zIndex={1000}
      >
        <SignInForm
          account={viewer.account}
          onSignedIn={() => {
            setReplaced(false);
            onSignedIn();
          }}
        />
        {replaced && (
          <Button fullWidth mt="md" variant="default" onClick={() => window.location.replace('/')}>
            Continue as that user
          </Button>
        )}
      </Modal>
    </SessionContext>
  );
}

/** Ends the session, and reloads the page so that nothing of the session stays in memory. */
async function signOut({ client }: Api): Promise<void> {
  try {
    await client.mutate({ mutation: SignOutDocument });
  } catch (error) {
    const ended = CombinedGraphQLErrors.is(error) && error.errors.some(isUnauthenticated);
    if (!ended) {
      notifications.show({
        color: 'red',
        message: `You are still signed in. ${faultOf(error).message}`,
      });
      return;
    }
  }
  window.location.replace('/');
}
