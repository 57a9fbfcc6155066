// Who is asking decides what there is: the sign-in page for nobody, the pages for everybody else.
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { FaultNote } from '../components/fault-alert';
import { LoadingPage } from '../components/loading-page';
import { keyOf } from '../features/session/session';
import { SessionProvider } from '../features/session/session-provider';
import { SignInPage } from '../features/session/sign-in-page';
import { ViewerDocument } from '../gql';
import { type Api, connect } from '../lib/api-client';
import { Pages } from './routes';

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
