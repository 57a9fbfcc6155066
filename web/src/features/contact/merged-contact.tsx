import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Page } from '../../components/page';

/** The number of the contact that another one was merged into, by the error of a query for it. */
export function mergedInto(error: unknown): number | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const merged = error.errors.find(({ extensions }) => extensions?.code === 'MERGED');
  return merged?.extensions?.mergedInto as number | undefined;
}

/** Shown in place of a contact that was merged into another one. */
export function MergedContact({ into }: { into: number }) {
  return (
    <Page title="This contact was merged">
      <Text>
        It was merged into{' '}
        <Anchor component={Link} to={`/contacts/${into}`} inherit underline="always">
          contact {into}
        </Anchor>
        , whose history has the merge and can undo it.
      </Text>
    </Page>
  );
}
