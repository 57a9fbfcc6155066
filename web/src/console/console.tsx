// Who is asking decides what there is: the sign-in page for nobody, the pages for everybody else.
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { type Api, connect } from '../api/client';
import { ViewerDocument } from '../gql';
import { SignInPage } from '../pages/sign-in/sign-in-page';
import { FaultNote } from '../parts/fault-note';
import { LoadingPage } from '../parts/loading-page';
import { keyOf } from '../session/session';
import { SessionProvider } from '../session/session-provider';
import { Pages } from './pages';

/** The whole console. */
export function Console() {
  const [lapsed, setLapsed] = useState(false);
  const [api] = useState<Api>(() => connect(() => setLapsed(true)));
  return (
    <ApolloProvider client={api.client}>
      <Gate api={api} lapsed={lapsed} onReturn={() => setLapsed(false)} />
    </ApolloProvider>
  );
}

interface GateProps {
  api: Api;
  lapsed: boolean;
  onReturn: () => void;
}

function Gate({ api, lapsed, onReturn }: GateProps) {
  const { data, loading, error, refetch } = useQuery(ViewerDocument);
  const viewer = data?.viewer ?? null;
  useEffect(() => {
    if (viewer === null) onReturn(); // what anonymous callers are refused is no session that has ended
  }, [viewer, onReturn]);
  if (loading && !data) return <LoadingPage />;
  if (error) return <FaultNote title="The console cannot start" error={error} onRetry={() => refetch()} />;
  if (viewer === null) return <SignInPage />;
  return (
    <SessionProvider key={keyOf(viewer)} api={api} viewer={viewer} lapsed={lapsed} onReturn={onReturn}>
      <Pages viewer={viewer} />
    </SessionProvider>
  );
}
