import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { notifications } from '@mantine/notifications';
import { SignOutDocument } from '../../gql';
import type { Api } from '../../lib/api-client';
import { faultOf, isUnauthenticated } from '../../lib/fault';

/** Ends the session, and reloads the page so that nothing of the session stays in memory. */
export async function signOut({ client }: Api): Promise<void> {
  let next = '/';
  try {
    const { data } = await client.mutate({ mutation: SignOutDocument });
    next = data?.signOut?.providerUrl ?? next; // otherwise the next sign-in would need no password there
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
  window.location.replace(next);
}
