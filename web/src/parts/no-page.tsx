import { Anchor, Text } from '@mantine/core';
import { Link, useRouteError } from 'react-router';
import { FaultNote } from './fault-note';
import { Page } from './page';

/** What an address leads to at which there is nothing for the viewer. */
export function NoPage() {
  return (
    <Page title="There is no such page">
      <Text>
        Or it is not for you. Go to{' '}
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
