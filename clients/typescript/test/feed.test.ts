import { describe, expect, it } from 'vitest';
import {
  type Client,
  CursorExpiredError,
  FeedEndDocument,
  type FeedEvent,
  FeedPageDocument,
  type FollowOptions,
  followChanges,
  UnauthenticatedError,
} from '../src/index.js';
import { cuttingStreams } from './faulty.js';
import { client, connect, graphql, newContact, writeAsOther } from './server.js';

const retryDelay = { initial: 10, max: 50 };

const lastCursor = async () =>
  (await client.execute(FeedEndDocument, {})).contactChanges.lastCursor;

/** Follows until the condition holds, and returns the events. */
async function followUntil<C extends { cursor: string }>(
  client: Client,
  options: FollowOptions<C>,
  done: (events: FeedEvent<C>[]) => boolean | Promise<boolean>,
): Promise<FeedEvent<C>[]> {
  const events: FeedEvent<C>[] = [];
  for await (const event of followChanges(client, { retryDelay, ...options })) {
    events.push(event);
    if (await done(events)) break;
  }
  return events;
}

const changesIn = (events: FeedEvent<any>[]) =>
  events.flatMap((event) => (event.type === 'change' ? [event.change] : []));

describe('a follower', () => {
  it('receives each change once, in the order of the log, over lost connections', async () => {
    const after = await lastCursor();
    const { id, contactId } = await newContact();
    for (let i = 0; i < 4; i++) await writeAsOther(id, { firstName: `before ${i}` });
    const live: boolean[] = [];
    let writing = Promise.resolve();
    const onLive = (state: boolean) => {
      live.push(state);
      const opened = live.filter(Boolean).length;
      if (!state || opened > 3) return;
      writing = writing.then(async () => {
        for (let i = 0; i < 4; i++) await writeAsOther(id, { firstName: `live ${opened}.${i}` });
      });
    };
    const options = { after, pageSize: 2, onLive };
    const events = await followUntil(
      connect({ fetch: cuttingStreams(3) }),
      options,
      (events) => changesIn(events).length === 17,
    );
    await writing;
    const { contactChanges: page } = await client.execute(FeedPageDocument, { after, first: 100 });
    expect(changesIn(events)).toEqual(page.changes);
    expect(changesIn(events).every((change) => change.contactId === contactId)).toBe(true);
    expect(live.filter((state) => !state).length).toBeGreaterThan(1);
  });

  it('starts with a reset at the end of the log', async () => {
    const cursor = await lastCursor();
    let id = '';
    const events = await followUntil(client, {}, async (events) => {
      if (events.length === 1) id = (await newContact()).id;
      return events.length === 2;
    });
    expect(events[0]).toEqual({ type: 'reset', cursor });
    expect(events[1]).toMatchObject({ type: 'change', change: { kind: 'CREATE' } });
    expect(id).not.toBe('');
  });

  it('reports that the cursor has expired, and continues from the end', async () => {
    const options = { after: 'TG9nOjk5OTk5OTk' };
    const events = await followUntil(client, options, (events) => events.length === 2);
    expect(events[0]).toMatchObject({ type: 'reset', cursor: await lastCursor() });
    expect(events[0]).toHaveProperty('error', expect.any(CursorExpiredError));
    expect(events[1]).toEqual({ type: 'caughtUp', cursor: await lastCursor() });
  });

  it('follows one contact, with the fields that were asked for', async () => {
    const { id } = await newContact();
    await newContact();
    await writeAsOther(id, { firstName: 'Eleonora' });
    const documents = {
      page: graphql`query ($after: String, $first: Int!, $contactId: ID) {
        contactChanges(after: $after, first: $first, contactId: $contactId) {
          changes { cursor kind } endCursor hasMore } }`,
      stream: graphql`subscription ($after: String, $contactId: ID) {
        contactChanges(after: $after, contactId: $contactId) { cursor kind } }`,
    };
    const { contactChanges: start } = await client.execute(FeedPageDocument, { first: 0 });
    const options: FollowOptions<{ cursor: string; kind: string }> = {
      after: start.endCursor,
      contactId: id,
      documents,
    };
    const events = await followUntil(
      client,
      options,
      (events) => events.at(-1)?.type === 'caughtUp',
    );
    expect(changesIn(events).map(({ kind }) => kind)).toEqual(['CREATE', 'UPDATE']);
    expect(Object.keys(changesIn(events)[0])).toEqual(['cursor', 'kind']);
  });

  it('opens a silent stream again', async () => {
    let lost = 0;
    const ended = new AbortController();
    const options = {
      after: await lastCursor(),
      signal: ended.signal,
      onLive: (live: boolean) => {
        if (!live && ++lost === 2) ended.abort();
      },
    };
    await followUntil(connect({ idleTimeout: 50 }), options, () => false);
    expect(lost).toBe(2);
  });

  it('ends with its signal', async () => {
    const ended = new AbortController();
    const options = { after: await lastCursor(), signal: ended.signal };
    const events = await followUntil(client, options, () => {
      setTimeout(() => ended.abort(), 20);
      return false;
    });
    expect(events.map(({ type }) => type)).toEqual(['caughtUp']);
  });

  it('throws what waiting does not help with', async () => {
    const stranger = connect({ headers: { 'X-ApiKey': 'none' } });
    const follow = followUntil(stranger, { after: await lastCursor() }, () => false);
    await expect(follow).rejects.toBeInstanceOf(UnauthenticatedError);
  });
});
