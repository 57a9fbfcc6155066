// Decides by the viewer what the console shows: the sign-in page, or the pages of the viewer's
// role. The pages that end a sign-in by the provider, and those for a forgotten password, are
// outside of both.
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { FaultAlert } from '../components/fault-alert';
import { LoadingPage } from '../components/loading-page';
import { SetUpPage } from '../features/second-factor/set-up-page';
import { ForgottenPasswordPage } from '../features/session/forgotten-password-page';
import { NewPasswordPage } from '../features/session/new-password-page';
import { viewerKey } from '../features/session/session';
import { SessionProvider } from '../features/session/session-provider';
import { SignInPage } from '../features/session/sign-in-page';
import { SignedInPage, SignInFailedPage } from '../features/session/sign-in-result';
import { ViewerDocument } from '../gql';
import { type Api, connect } from '../lib/api-client';
import { passwordResetPaths, takeToken } from '../lib/password-reset';
import { signInPaths } from '../lib/sso';
import { Routes } from './routes';

/** The whole console. */
export function Console() {
  const [expired, setExpired] = useState(false);
  const [api] = useState<Api>(() => connect(() => setExpired(true)));
  const [token] = useState(() =>
    window.location.pathname === passwordResetPaths.set ? takeToken() : '',
  );
  if (window.location.pathname === signInPaths.failed) return <SignInFailedPage />;
  return (
    <ApolloProvider client={api.client}>
      {pageOutside(token) ?? (
        <ViewerGate api={api} expired={expired} onSignedIn={() => setExpired(false)} />
      )}
    </ApolloProvider>
  );
}

/** The page at a path that looks the same for every viewer; null at all other paths. */
function pageOutside(token: string): ReactNode {
  switch (window.location.pathname) {
    case signInPaths.done:
      return <SignedInPage />;
    case passwordResetPaths.request:
      return <ForgottenPasswordPage />;
    case passwordResetPaths.set:
      return <NewPasswordPage token={token} />;
    default:
      return null;
  }
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
  if (viewer === null) return <SignInPage onSignedIn={onSignedIn} />;
  if (viewer.mustSetUpSecondFactor)
    return expired ? <SignInPage onSignedIn={onSignedIn} /> : <SetUpPage api={api} />;
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
