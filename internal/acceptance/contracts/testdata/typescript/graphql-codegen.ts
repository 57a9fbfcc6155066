// Uses the typed documents that the client preset of graphql-codegen generates.
import assert from 'node:assert/strict';
import { useFragment as readFragment, graphql } from './generated/codegen/index.js';
import { execute } from './execute.js';

const Name = graphql(`
  fragment Name on Contact {
    firstName
    version
  }
`);

const Read = graphql(`
  query Read($id: ID!) {
    contact(id: $id) {
      ...Name
    }
  }
`);

const Write = graphql(`
  mutation Write($input: UpdateContactInput!) {
    updateContact(input: $input) {
      contact {
        ...Name
      }
      errors {
        __typename
        code
        message
        ... on VersionConflict {
          latest {
            ...Name
          }
        }
        ... on UniqueConflict {
          existing {
            id
          }
        }
      }
    }
  }
`);

const before = readFragment(Name, (await execute(Read, { id: '8' })).contact);
assert(before);
const input = { id: '8', expectedVersion: before.version, set: { firstName: 'Eleonora' } };

const saved = await execute(Write, { input });
assert.equal(readFragment(Name, saved.updateContact?.contact)?.firstName, 'Eleonora');

const stale = await execute(Write, { input: { ...input, set: { firstName: 'Ida' } } });
const [error] = stale.updateContact?.errors ?? [];
assert(error?.__typename === 'VersionConflict'); // narrows the type of the error
assert.equal(readFragment(Name, error.latest).firstName, 'Eleonora');
