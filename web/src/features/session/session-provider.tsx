import { useQuery } from '@apollo/client/react';
import { Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { FaultAlert } from '../../components/fault-alert';
import { LoadingPage } from '../../components/loading-page';
import { CatalogDocument, type ViewerPartsFragment } from '../../gql';
import type { Api } from '../../lib/api-client';
import { catalogOf } from '../../lib/catalog';
import { SessionContext, viewerKey } from './session';
import { onSignIn } from './session-channel';
import { SignInForm } from './sign-in-form';
import { signOut } from './sign-out';

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
  const session = useMemo(
    () => data && { api, viewer, staff, catalog: catalogOf(data), signOut: () => signOut(api) },
    [api, viewer, staff, data],
  );
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
          inDialog
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
