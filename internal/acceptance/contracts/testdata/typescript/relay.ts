// Compiles with relay-compiler: connections, fragments that can be fetched again, updaters, and
// errors as a union. Types of the artifacts are checked; the documents run in no test of this
// folder.
import { graphql } from 'relay-runtime';
import type { relay_contact$data } from './generated/relay/relay_contact.graphql.js';
import type { relayListQuery$data } from './generated/relay/relayListQuery.graphql.js';
import type { relayWriteMutation$data } from './generated/relay/relayWriteMutation.graphql.js';

graphql`
  fragment relay_contact on Contact @refetchable(queryName: "relayContactRefetchQuery") {
    id
    firstName
    version
  }
`;

graphql`
  query relayListQuery($first: Int!, $after: String) {
    contacts(first: $first, after: $after) @connection(key: "List_contacts") {
      edges {
        node {
          ...relay_contact
        }
      }
    }
  }
`;

graphql`
  mutation relayWriteMutation($input: UpdateContactInput!) @raw_response_type {
    updateContact(input: $input) {
      contact {
        ...relay_contact
      }
      errors {
        __typename
        code
        ... on VersionConflict {
          latest {
            ...relay_contact
          }
        }
      }
    }
  }
`;

graphql`
  mutation relayDeleteMutation($input: DeleteContactInput!, $connections: [ID!]!) {
    deleteContact(input: $input) {
      contact {
        id @deleteEdge(connections: $connections)
      }
    }
  }
`;

export const nameOf = (contact: relay_contact$data): string | null | undefined => contact.firstName;

export const count = (list: relayListQuery$data): number => list.contacts.edges.length;

export function latest(written: relayWriteMutation$data) {
  for (const error of written.updateContact?.errors ?? []) {
    if (error.__typename === 'VersionConflict') return error.latest;
  }
  return written.updateContact?.contact;
}
