// Uses the types that gql.tada infers from the schema.
import assert from 'node:assert/strict';
import { execute } from './execute.js';
import { initGraphQLTada, readFragment } from 'gql.tada';
import type { introspection } from './generated/tada.js';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { Time: string; Version: string; JSON: unknown };
}>();

const Name = graphql(`
  fragment Name on Contact {
    firstName
    version
  }
`);

const Read = graphql(
  `
    query Read($id: ID!) {
      contact(id: $id) {
        ...Name
      }
    }
  `,
  [Name],
);

const Write = graphql(
  `
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
        }
      }
    }
  `,
  [Name],
);

const before = readFragment(Name, (await execute(Read, { id: '9' })).contact);
assert(before);
const input = { id: '9', expectedVersion: before.version, set: { firstName: 'Eleonora' } };

const saved = await execute(Write, { input });
assert.equal(readFragment(Name, saved.updateContact?.contact)?.firstName, 'Eleonora');

const stale = await execute(Write, { input: { ...input, set: { firstName: 'Ida' } } });
const [error] = stale.updateContact?.errors ?? [];
assert(error?.__typename === 'VersionConflict'); // narrows the type of the error
assert.equal(readFragment(Name, error.latest).firstName, 'Eleonora');
