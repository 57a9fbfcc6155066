// The pages that show how a sign-in by the provider ended.
import { useQuery } from '@apollo/client/react';
import { Anchor, Button, Center, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { ErrorAlert } from '../../components/error-alert';
import { FaultAlert } from '../../components/fault-alert';
import { LoadingPage } from '../../components/loading-page';
import { ViewerDocument } from '../../gql';
import { closeTab, reasons, returnPath, startAddress } from '../../lib/sso';
import { broadcastSignIn } from './session-channel';

/** Informs the other tabs, and opens the page that the person came from. */
export function SignedInPage() {
  const { data, error, refetch } = useQuery(ViewerDocument);
  const viewer = data?.viewer;
  const returnTo = parameters().returnTo;
  useEffect(() => {
    if (!viewer) return;
    broadcastSignIn(viewer);
    if (returnTo !== closeTab) window.location.replace(returnTo);
  }, [viewer, returnTo]);
  if (error)
    return (
      <FaultAlert title="The console could not start" error={error} onRetry={() => refetch()} />
    );
  if (viewer === null)
    return (
      <ResultPage title="Not signed in">
        <ErrorAlert>
          The browser did not keep the session. Allow cookies for this site, and start again.
        </ErrorAlert>
        <Anchor href="/">Back to the sign-in page</Anchor>
      </ResultPage>
    );
  if (viewer === undefined || returnTo !== closeTab) return <LoadingPage />;
  return (
    <ResultPage title="You are signed in">
      <Text>Close this page, and go on in the one that you came from.</Text>
      <Button onClick={() => window.close()}>Close this page</Button>
    </ResultPage>
  );
}

/** Explains why a sign-in failed. */
export function SignInFailedPage() {
  const { reason, returnTo, requestId } = parameters();
  return (
    <ResultPage title="Sign-in failed">
      <ErrorAlert>{(reasons[reason] ?? reasons.FAULT)?.text}</ErrorAlert>
      <Button component="a" href={startAddress(returnTo)}>
        Try again
      </Button>
      <Anchor href="/">Back to the sign-in page</Anchor>
      {requestId && (
        <Text size="sm" c="dimmed">
          Request ID: {requestId}
        </Text>
      )}
    </ResultPage>
  );
}

function parameters() {
  const query = new URLSearchParams(window.location.search);
  return {
    reason: query.get('reason') ?? '',
    returnTo: returnPath(query.get('return'), window.location.origin),
    requestId: /^[A-Za-z0-9_-]{8,64}$/.exec(query.get('request') ?? '')?.[0],
  };
}

function ResultPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>{`${title} – contactgraph`}</title>
      <Stack w="100%" maw={440}>
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
      </Stack>
    </Center>
  );
}
