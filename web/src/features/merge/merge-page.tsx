import { useQuery } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { NotFound } from '../../components/not-found';
import { Page } from '../../components/page';
import { QueryResult } from '../../components/query-result';
import { MergeContactsPageDocument } from '../../gql';
import { useRights } from '../contact-fields/rights';
import { MergeForm } from './merge-form';

/** Merges the two contacts that the address names. */
export function MergePage() {
  const [search] = useSearchParams();
  const { mayMerge } = useRights();
  const [first = '', second = ''] = search.getAll('id');
  const result = useQuery(MergeContactsPageDocument, {
    variables: { first, second },
    fetchPolicy: 'network-only', // a merge needs the current versions
  });
  if (!mayMerge || second === '') return <NotFound />;
  return (
    <Page title="Merge contacts">
      <QueryResult what="The contacts" result={result}>
        {({ first, second }) =>
          first && second && first.id !== second.id ? (
            <MergeForm pair={[first, second]} />
          ) : (
            <Text>These are not two contacts that you can merge.</Text>
          )
        }
      </QueryResult>
    </Page>
  );
}
