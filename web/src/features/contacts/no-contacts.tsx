import { useQuery } from '@apollo/client/react';
import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { DidYouMeanDocument } from '../../gql';
import { filterOf, type ListParams, toSearchParams } from './list-params';

/** Shown in place of an empty list, with links to searches that find contacts. */
export function NoContacts({ params }: { params: ListParams }) {
  const { data } = useQuery(DidYouMeanDocument, {
    variables: { filter: filterOf(params) },
    fetchPolicy: 'network-only',
    skip: params.q.trim() === '',
  });
  const suggestions = data?.contacts.didYouMean ?? [];
  return (
    <Stack gap="xs">
      <Text>No contacts found.</Text>
      {suggestions.length > 0 && (
        <Text>
          Did you mean{' '}
          {suggestions.map((suggestion, index) => (
            <span key={suggestion}>
              {index > 0 && ', '}
              <Anchor component={Link} to={`?${toSearchParams({ ...params, q: suggestion })}`}>
                {suggestion}
              </Anchor>
            </span>
          ))}
          ?
        </Text>
      )}
    </Stack>
  );
}
