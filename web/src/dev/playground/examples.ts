// The operations in the playground's first tabs. With demo data they all run as they are, also
// repeatedly. Without it, ids and versions are empty, so that a click on Run cannot change real
// contacts.

/** An operation with its variables. */
export interface Example {
  query: string;
  variables: Record<string, unknown>;
}

const contacts = `# Lists contacts by name. The next tabs
# need the id and version of a contact.
query Contacts($first: Int!, $after: String, $filter: ContactFilter) {
  contacts(first: $first, after: $after, filter: $filter, orderBy: { field: NAME }) {
    totalCount
    nodes {
      contactId
      version
      firstName
      lastName
      email
      segments {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`;

const updateContact = `# Updates fields, and keeps what others have
# changed since expectedVersion: see merge.
# Different values for one field are a conflict.
mutation UpdateContact($input: UpdateContactInput!) {
  updateContact(input: $input) {
    contact {
      version
      firstName
      lastName
    }
    merge {
      fields {
        path
        latest
        changedAt
      }
    }
    errors {
      code
      message
      path
      ... on VersionConflict {
        latest {
          version
        }
        mergeable
        fields {
          path
          base
          latest
          yours
          overlaps
          changedBy {
            type
            name
          }
          changedAt
        }
      }
    }
  }
}`;

const setContactDetails = `# Sets properties, logins and segments.
# Properties that are not listed do not change.
mutation SetContactDetails($input: SetContactDetailsInput!) {
  setContactDetails(input: $input) {
    contact {
      version
      properties {
        property {
          propertyId
          name
        }
        values {
          value
        }
      }
    }
    errors {
      code
      message
      path
    }
  }
}`;

const contactChanges = `# Returns all changes so far, then each new one:
# run this, and update a contact in another window.
# It uses the headers below.
subscription ContactChanges($contactId: ID, $after: String) {
  contactChanges(contactId: $contactId, after: $after) {
    cursor
    contactId
    version
    kind
    at
    actor {
      type
      name
    }
    fields {
      path
      old
      new
    }
  }
}`;

/** The examples, for a server with demo data or without. */
export function examples(demo: boolean): Example[] {
  const contact = {
    id: demo ? '7' : '',
    expectedVersion: demo ? 'AAAAAAAAAAE=' : '',
    onConflict: 'MERGE',
  };
  return [
    {
      query: contacts,
      variables: { first: 10, after: null, filter: { search: demo ? 'no' : '' } },
    },
    {
      query: updateContact,
      variables: { input: { ...contact, set: { lastName: 'Doe', phone: '555 0107' } } },
    },
    {
      query: setContactDetails,
      variables: {
        input: {
          ...contact,
          properties: [{ propertyId: demo ? '9' : '', values: [{ value: 'Gardening' }] }],
        },
      },
    },
    { query: contactChanges, variables: { contactId: contact.id, after: null } },
  ];
}
