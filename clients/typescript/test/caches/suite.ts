// What must hold for every cache.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FeedEndDocument } from '../../src/index.js';
import { client, connect, graphql, newContact, signedIn, writeAsOther } from '../server.js';
import { type OperationName, textOf } from './operations/cached.js';

/** A cache with its client. */
export interface Cache {
  /** Runs an operation on the server. */
  read(name: OperationName, variables: object): Promise<any>;
  /** Reads an operation from the cache; null if a part of it is missing. */
  cached(name: OperationName, variables: object): any;
}

/** Runs an operation without a cache. */
const uncached = (name: OperationName, variables: object): Promise<any> =>
  client.execute(parse(textOf(name)) as TypedDocumentNode, variables);

interface Page {
  edges: { cursor: string; node: unknown }[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

const contactsOf = (data: any): Page => data.contacts;

/** Reads the nodes of all pages. */
async function readAll(
  read: Cache['read'],
  name: OperationName,
  variables: object,
  pageOf: (data: any) => Page,
): Promise<unknown[]> {
  const nodes: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo } = pageOf(await read(name, { ...variables, after }));
    nodes.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return nodes;
    after = pageInfo.endCursor;
  }
}

/** Reads all pages, and returns what the cache then has of the list. */
async function readPages(
  { read, cached }: Cache,
  name: OperationName,
  variables: object,
  pageOf: (data: any) => Page,
): Promise<unknown[]> {
  await readAll(read, name, variables, pageOf);
  return pageOf(cached(name, { ...variables, after: null })).edges.map(({ node }) => node);
}

export function describeCache(name: string, create: () => Cache): void {
  describe(name, () => {
    let cache: Cache;
    beforeEach(() => {
      cache = create();
      vi.spyOn(console, 'warn');
      vi.spyOn(console, 'error');
    });
    afterEach(() => {
      expect(console.warn).not.toHaveBeenCalled();
      expect(console.error).not.toHaveBeenCalled();
      vi.restoreAllMocks();
    });

    it('names the actors of both kinds, whose numbers are the same', async () => {
      const { id } = await newContact();
      const { contactChanges } = await client.execute(FeedEndDocument, { contactId: id });
      const variables = { after: contactChanges.lastCursor };
      const writers = [
        await signedIn('admin@example.com'),
        connect({ headers: { 'X-ApiKey': 'demo-admin' } }),
        await signedIn('agent@example.com'),
        connect({ headers: { 'X-ApiKey': 'demo-agent' } }),
      ];
      for (const writer of writers) await writeAsOther(id, { firstName: 'Ana' }, writer);
      const want = await uncached('cachedActorsQuery', variables);
      const actors = want.contactChanges.changes.map(({ actor }: any) => actor);
      expect(new Set(actors.map(({ name }: any) => name)).size).toBe(4);
      expect(new Set(actors.map(({ number }: any) => number)).size).toBe(2);
      await cache.read('cachedActorsQuery', variables);
      expect(cache.cached('cachedActorsQuery', variables)).toMatchObject(want);
    });

    it('leaves the present contact alone when a snapshot is read', async () => {
      const logins = [{ name: crypto.randomUUID(), type: 'GOOGLE' as const }];
      const properties = [{ propertyId: 9, values: [{ value: 'books' }] }];
      const { id, version } = await newContact({ logins, properties });
      await writeAsOther(id, { firstName: 'Eleonora' });
      await client.execute(
        graphql`mutation ($input: SetContactDetailsInput!) { setContactDetails(input: $input) { errors { code } } }`,
        {
          input: {
            id,
            onConflict: 'OVERWRITE',
            logins: [],
            properties: [{ propertyId: 9, values: [] }],
          },
        },
      );
      const present = await uncached('cachedContactQuery', { id });
      const past = await uncached('cachedSnapshotQuery', { id, version });
      expect(past.contactSnapshot.firstName).toBe('Nora');
      await cache.read('cachedContactQuery', { id });
      await cache.read('cachedSnapshotQuery', { id, version });
      expect(cache.cached('cachedContactQuery', { id })).toMatchObject(present);
      expect(cache.cached('cachedSnapshotQuery', { id, version })).toMatchObject(past);
    });

    it('keeps what queries of different fields of one object have read', async () => {
      const logins = [{ name: crypto.randomUUID(), type: 'GOOGLE' as const }];
      const { id } = await newContact({ logins });
      const queries = [
        ['cachedContactQuery', { id }],
        ['cachedNamesOfPropertiesQuery', { id }],
        ['cachedRoleQuery', {}],
        ['cachedRightsQuery', {}],
      ] as const;
      for (const [name, variables] of queries) await cache.read(name, variables);
      for (const [name, variables] of queries)
        expect(cache.cached(name, variables), name).toMatchObject(await uncached(name, variables));
    });

    it('appends pages of contacts', async () => {
      const orderBy = { field: 'NAME', direction: 'DESC' };
      const want = await readAll(
        uncached,
        'cachedContactsQuery',
        { first: 100, orderBy },
        contactsOf,
      );
      await cache.read('cachedContactsQuery', {
        first: 5,
        orderBy: { field: 'ID', direction: 'ASC' },
      });
      const got = await readPages(cache, 'cachedContactsQuery', { first: 9, orderBy }, contactsOf);
      expect(got).toMatchObject(want);
    });

    it('appends pages of changes', async () => {
      const { id } = await newContact();
      for (let i = 0; i < 7; i++) await writeAsOther(id, { firstName: `Nora ${i}` });
      const want = await uncached('cachedChangesQuery', { id });
      const got = await readPages(
        cache,
        'cachedChangesQuery',
        { id, first: 3 },
        (data) => data.contact.changes,
      );
      expect(got).toMatchObject(want.contact.changes.edges.map(({ node }: any) => node));
      expect(got).toHaveLength(8);
    });
  });
}
