// The operations that all three caches run. The Relay compiler finds them by the tag, and requires
// that their names begin with that of this file.
const graphql = String.raw;

export const operations = {
  cachedActorsQuery: graphql`
    query cachedActorsQuery($after: String) {
      contactChanges(after: $after) {
        changes {
          id
          actor {
            id
            type
            number
            name
          }
        }
      }
    }
  `,
  cachedContactQuery: graphql`
    query cachedContactQuery($id: ID!) {
      contact(id: $id) {
        id
        contactId
        version
        firstName
        properties {
          id
          values {
            value
            description
          }
        }
        logins {
          name
          type
        }
      }
    }
  `,
  cachedSnapshotQuery: graphql`
    query cachedSnapshotQuery($id: ID!, $version: Version) {
      contactSnapshot(id: $id, version: $version) {
        contactId
        version
        firstName
        properties {
          id
          values {
            value
            description
          }
        }
        logins {
          name
          type
        }
      }
    }
  `,
  cachedNamesOfPropertiesQuery: graphql`
    query cachedNamesOfPropertiesQuery($id: ID!) {
      contact(id: $id) {
        id
        properties {
          id
          property {
            id
            name
          }
        }
        logins {
          name
          type
        }
        lastName
      }
    }
  `,
  cachedRoleQuery: graphql`
    query cachedRoleQuery {
      viewer {
        id
        role
      }
    }
  `,
  cachedRightsQuery: graphql`
    query cachedRightsQuery {
      viewer {
        id
        account
        writablePaths
      }
    }
  `,
  cachedContactsQuery: graphql`
    query cachedContactsQuery($first: Int, $after: String, $orderBy: ContactOrder) {
      contacts(first: $first, after: $after, orderBy: $orderBy)
        @connection(key: "cached_contacts", filters: ["orderBy"]) {
        edges {
          cursor
          node {
            id
            contactId
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  cachedChangesQuery: graphql`
    query cachedChangesQuery($id: ID!, $first: Int = 50, $after: String) {
      contact(id: $id) {
        id
        changes(first: $first, after: $after) @connection(key: "cached_changes", filters: []) {
          edges {
            cursor
            node {
              id
              version
            }
          }
          pageInfo {
            endCursor
            hasNextPage
          }
        }
      }
    }
  `,
};

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations) as OperationName[];

/** The text of an operation without the directives of Relay. */
export function textOf(name: OperationName): string {
  return operations[name].replace(/@connection\([^)]*\)/, '');
}
