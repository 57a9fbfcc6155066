import { Anchor, Text } from '@mantine/core';
import { Link, useRouteError } from 'react-router';
import { FaultAlert } from './fault-alert';
import { Page } from './page';

/** Shown for an unknown path, and for a page or contact that the viewer may not see. */
export function NotFound({ what = 'page' }: { what?: 'page' | 'contact' }) {
  return (
    <Page title={what === 'page' ? 'Page not found' : 'Contact not found'}>
      <Text>
        This {what} does not exist, or you do not have access to it.{' '}
        <Anchor component={Link} to="/">
          Go to the start page
        </Anchor>
        .
      </Text>
    </Page>
  );
}

/**
 * Shown for a page that failed, for example when a new release of the server no longer has its
 * files.
 */
export function PageError() {
  return (
    <FaultAlert
      title="This page could not be loaded"
      error={useRouteError()}
      onRetry={() => window.location.reload()}
    />
  );
}
