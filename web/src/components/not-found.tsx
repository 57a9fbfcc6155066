import { Anchor, Text } from '@mantine/core';
import { Link, useRouteError } from 'react-router';
import { FaultNote } from './fault-alert';
import { Page } from './page';

interface NoPageProps {
  /** What there is not. */
  what?: string;
  /** Why that may seem so. */
  or?: string;
}

/** What an address leads to at which there is nothing for the viewer. */
export function NoPage({ what = 'There is no such page', or = 'Or it is not for you.' }: NoPageProps) {
  return (
    <Page title={what}>
      <Text>
        {or} Go to{' '}
        <Anchor component={Link} to="/">
          the beginning
        </Anchor>
        .
      </Text>
    </Page>
  );
}

/** What a page shows that has failed, as when the server has been updated and no longer has its files. */
export function Broken() {
  return <FaultNote title="This page cannot be shown" error={useRouteError()} onRetry={() => window.location.reload()} />;
}
