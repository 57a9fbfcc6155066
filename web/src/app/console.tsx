// Decides by the viewer what the console shows: the sign-in page, or the pages of the viewer's
// role.
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { FaultAlert } from '../components/fault-alert';
import { LoadingPage } from '../components/loading-page';
import { viewerKey } from '../features/session/session';
import { SessionProvider } from '../features/session/session-provider';
import { SignInPage } from '../features/session/sign-in-page';
import { ViewerDocument } from '../gql';
import { type Api, connect } from '../lib/api-client';
import { Routes } from './routes';

/** The whole console. */
export function Console() {
  const [expired, setExpired] = useState(false);
  const [api] = useState<Api>(() => connect(() => setExpired(true)));
  return (
    <ApolloProvider client={api.client}>
      <ViewerGate api={api} expired={expired} onSignedIn={() => setExpired(false)} />
    </ApolloProvider>
  );
}

interface ViewerGateProps {
  api: Api;
  expired: boolean;
  onSignedIn: () => void;
}

function ViewerGate({ api, expired, onSignedIn }: ViewerGateProps) {
  const { data, loading, error, refetch } = useQuery(ViewerDocument);
  const viewer = data?.viewer ?? null;
  useEffect(() => {
    if (viewer === null) onSignedIn(); // a refused request of an anonymous caller is not an expired session
  }, [viewer, onSignedIn]);
  if (loading && !data) return <LoadingPage />;
  if (error)
    return (
      <FaultAlert title="The console could not start" error={error} onRetry={() => refetch()} />
    );
  if (viewer === null) return <SignInPage />;
  return (
    <SessionProvider
      key={viewerKey(viewer)}
      api={api}
      viewer={viewer}
      expired={expired}
      onSignedIn={onSignedIn}
    >
      <Routes viewer={viewer} />
    </SessionProvider>
  );
}
