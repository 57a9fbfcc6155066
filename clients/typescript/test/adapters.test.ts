import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { fetchExchange, Client as UrqlClient } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import type { DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { cacheConfig as apolloCache, fromApollo } from '../src/apollo.js';
import { cacheConfig as graphcache } from '../src/graphcache.js';
import {
  BadInputError,
  type Client,
  ConnectionError,
  ContactDraft,
  openContact,
  ReadContactDocument,
  UnauthenticatedError,
} from '../src/index.js';
import { fromUrql } from '../src/urql.js';
import { losingResponses } from './faulty.js';
import { connect, graphql, headers as key, newContact, url, writeAsOther } from './server.js';

type Connect = (
  headers: Record<string, string>,
  fetch?: typeof globalThis.fetch,
) => {
  client: Client;
  cached(document: DocumentNode, variables: object): unknown;
};

const apollo: Connect = (headers, fetch = globalThis.fetch) => {
  // Subscriptions are sent by the client of this package, as another link could.
  const streams = connect({ headers, fetch });
  const stream = new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) => {
        const ended = new AbortController();
        (async () => {
          const { signal } = ended;
          for await (const data of streams.subscribe(query as never, variables, { signal }))
            observer.next({ data: data as never });
        })().catch((error) => observer.error(error));
        return () => ended.abort();
      }),
  );
  const apollo = new ApolloClient({
    cache: new InMemoryCache(apolloCache),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      stream,
      new HttpLink({ uri: url, headers, fetch }),
    ),
  });
  return {
    client: fromApollo(apollo),
    cached: (query, variables) => apollo.readQuery({ query, variables: variables as any }),
  };
};

const urql: Connect = (headers, fetch = globalThis.fetch) => {
  const urql = new UrqlClient({
    url,
    fetch,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [cacheExchange(graphcache), fetchExchange],
  });
  return {
    client: fromUrql(urql, connect({ headers })),
    cached: (query, variables) =>
      urql.readQuery(query, variables, { requestPolicy: 'cache-only' })?.data,
  };
};

describe.each([
  ['Apollo Client', apollo],
  ['urql', urql],
])('the adapter of %s', (_, connectTo) => {
  it('saves drafts, and updates the cache', async () => {
    const { id } = await newContact();
    const { client: adapted, cached } = connectTo(key, losingResponses(0));
    const draft = await openContact(adapted, id, { live: false });
    draft?.set('lastName', 'Berg');
    await writeAsOther(id, { firstName: 'Eleonora' });
    expect(await draft?.save()).toMatchObject({ status: 'merged', saved: ['lastName'] });
    expect(cached(ReadContactDocument, { id })).toMatchObject({
      contact: { lastName: 'Berg', firstName: 'Eleonora' },
    });
  });

  it('sends the idempotency key', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(connectTo(key, losingResponses(2)).client, contact);
    draft.set('lastName', 'Berg');
    expect(await draft.save({ delay: { initial: 1, max: 2 } })).toMatchObject({ status: 'saved' });
    expect(draft.state.contact.version).toBe('AAAAAAAAAAI=');
  });

  it('follows changes', async () => {
    const { id } = await newContact();
    const ended = new AbortController();
    const draft = await openContact(connectTo(key).client, id, { signal: ended.signal });
    await writeAsOther(id, { firstName: 'Eleonora' });
    await expect.poll(() => draft?.value('firstName'), { timeout: 5000 }).toBe('Eleonora');
    ended.abort();
  });

  it('throws the errors of this package', async () => {
    const { id } = await newContact();
    const wrong = connectTo(key).client.execute(graphql`query { nothing }`, {});
    await expect(wrong).rejects.toBeInstanceOf(BadInputError);
    const stranger = connectTo({ 'X-ApiKey': 'none' }).client;
    const refused = stranger.execute(ReadContactDocument, { id });
    await expect(refused).rejects.toBeInstanceOf(UnauthenticatedError);
    const lost = connectTo(key, losingResponses(9)).client.execute(ReadContactDocument, { id });
    await expect(lost).rejects.toBeInstanceOf(ConnectionError);
  });

  it('reads the headers of a response that is not one of the server', async () => {
    const proxy = async () =>
      new Response('later', { status: 503, headers: { 'Retry-After': '7' } });
    const later = connectTo(key, proxy).client.execute(ReadContactDocument, { id: '1' });
    const error = await later.catch((error) => error);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ status: 503, retryAfter: 7 });
  });

  it('ends a request with its signal', async () => {
    const ended = new AbortController();
    const silent: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    const adapted = connectTo(key, silent).client;
    const request = adapted.execute(ReadContactDocument, { id: '1' }, { signal: ended.signal });
    setTimeout(() => ended.abort(new Error('enough')), 10);
    await expect(request).rejects.toThrow('enough');
  });
});
