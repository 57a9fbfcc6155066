// What the tabs begin with. On demo data everything runs as it stands, again and again. Elsewhere ids and versions are left out:
// nobody is to change a contact of theirs by trying a button.

/** An operation to try, with its variables. */
export interface Example {
  query: string;
  variables: Record<string, unknown>;
}

const contacts = `# Contacts by name. The next tabs
# need an id and its version.
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

const updateContact = `# Writes fields. What others have written since
# expectedVersion stays: merge tells about it.
# Where both want different things, it is a conflict.
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

const setContactDetails = `# Writes properties, logins and segments.
# A property that is not listed stays.
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

const contactChanges = `# The changes so far, then each as it is written:
# run this, and write in another window.
# The headers below go with it.
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
  const contact = { id: demo ? '7' : '', expectedVersion: demo ? 'AAAAAAAAAAE=' : '', onConflict: 'MERGE' };
  return [
    { query: contacts, variables: { first: 10, after: null, filter: { search: demo ? 'no' : '' } } },
    { query: updateContact, variables: { input: { ...contact, set: { lastName: 'Doe', phone: '555 0107' } } } },
    {
      query: setContactDetails,
      variables: { input: { ...contact, properties: [{ propertyId: demo ? '9' : '', values: [{ value: 'Gardening' }] }] } },
    },
    { query: contactChanges, variables: { contactId: contact.id, after: null } },
  ];
}
