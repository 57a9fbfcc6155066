import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { agent } from './api';
import { bundleLibraries, libraries } from './client-libraries';
import { test as base, expect } from './fixtures';
import { Server } from './server';

const html = '<!doctype html><link rel="icon" href="data:,"><title>Another site</title>';

interface Site {
  /** The allowed origin: another port of the server's host, so that browsers send its cookies. */
  allowed: string;
  /** The same pages under another name. */
  other: string;
}

// The test has pages of other origins, and a server that allows one of them.
const test = base.extend<{ site: Site; foreign: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern
  site: async ({}, use) => {
    const script = await bundleLibraries();
    const pages = createServer(({ url }, response) => {
      const isScript = url === '/libraries.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : html);
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const { port } = pages.address() as AddressInfo;
    await use({ allowed: `http://127.0.0.1:${port}`, other: `http://localhost:${port}` });
    pages.closeAllConnections();
    pages.close();
  },
  server: [
    async ({ contacts, site }, use) => {
      const server = await Server.start(contacts, ['--allow-origin', site.allowed]);
      await use(server);
      await server.stop();
    },
    { scope: 'test', timeout: 350_000 },
  ],
  // The fixtures would report its requests, which go to another origin.
  foreign: async ({ browser, site }, use) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(site.allowed);
    await use(page);
    await context.close();
  },
});

const key = { 'X-ApiKey': 'demo-agent' };
const json = { 'Content-Type': 'application/json' };
const graphql = (query: string, headers: Record<string, string> = key): RequestInit => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body: JSON.stringify({ query }),
});
const viewer = '{ viewer { name } }';
const demoAgent = /"name":"demo-agent"/;
const write = (lastName: string) =>
  `mutation { updateContact(input: {id: "466", onConflict: OVERWRITE, set: {lastName: "${lastName}"}}) { contact { lastName } } }`;
const signIn = (cookie: boolean) =>
  graphql(
    `mutation { signIn(input: {account: "Demo", login: "${agent.login}", password: "${agent.password}", cookie: ${cookie}}) { token errors { code path } } }`,
    {},
  );

/** A request that a page sends, and what the page can read of the response. */
interface Call {
  path: string;
  init?: RequestInit;
  status: number;
  headers?: string[];
  body: RegExp;
}

// Each API, with a success and an error.
const calls: Record<string, Call> = {
  GraphQL: {
    path: '/graphql',
    init: graphql(viewer, { ...key, 'X-Request-ID': 'from-another-origin' }),
    status: 200,
    headers: ['x-request-id'],
    body: demoAgent,
  },
  'GraphQL, by GET': {
    path: `/graphql?query=${encodeURIComponent(viewer)}`,
    init: { headers: { ...key, 'Apollo-Require-Preflight': 'true' } },
    status: 200,
    body: demoAgent,
  },
  'GraphQL without credentials': {
    path: '/graphql',
    init: graphql('{ companies { name } }', { Accept: 'application/graphql-response+json' }),
    status: 401,
    headers: ['www-authenticate'],
    body: /UNAUTHENTICATED/,
  },
  'GraphQL, a batch': {
    path: '/graphql',
    init: { method: 'POST', headers: { ...json, ...key }, body: `[{"query": "${viewer}"}]` },
    status: 400,
    body: /BATCHING_NOT_SUPPORTED/,
  },
  'a write': {
    path: '/graphql',
    init: graphql(write('Doe'), { ...key, 'Idempotency-Key': 'once' }),
    status: 200,
    body: /"lastName":"Doe"/,
  },
  'the write again': {
    path: '/graphql',
    init: graphql(write('Doe'), { ...key, 'Idempotency-Key': 'once' }),
    status: 200,
    headers: ['idempotency-replayed'],
    body: /"lastName":"Doe"/,
  },
  'an event stream': {
    path: '/graphql',
    init: graphql(viewer, { ...key, Accept: 'text/event-stream' }),
    status: 200,
    body: /event: next\ndata: .*"name":"demo-agent"/,
  },
  'an event stream that cannot start': {
    path: '/graphql',
    init: graphql('{', { ...key, Accept: 'text/event-stream' }),
    status: 400,
    body: /GRAPHQL_PARSE_FAILED/,
  },
  REST: {
    path: '/api/v1/Contacts/7',
    init: { headers: key },
    status: 200,
    body: /"Id":7/,
  },
  'REST, with an old version': {
    path: '/api/v1/Contacts/7',
    init: {
      method: 'PUT',
      headers: { ...key, ...json },
      body: '{"Version": "QEA=", "LastName": "Doe"}',
    },
    status: 409,
    headers: ['x-conflict'],
    body: /"Version"/,
  },
  'REST, with a method that it lacks': {
    path: '/api/v1/Changes',
    init: { method: 'POST' },
    status: 405,
    headers: ['allow'],
    body: /Message/,
  },
  iService: {
    path: '/f/webapp-api-custinfo?api=setdetails',
    init: {
      method: 'POST',
      headers: { ...key, ...json },
      body: '{"contactID": 466, "details": {"setLogins": false}, "membership": ["2"]}',
    },
    status: 200,
    body: /^{"errors":\[\]/,
  },
  'iService without credentials': {
    path: '/f/webapp-api-custinfo?api=setdetails',
    init: { method: 'POST', headers: json, body: '{"contactID": 466}' },
    status: 200,
    body: /You must be logged in/,
  },
  OpenAPI: { path: '/openapi.json', status: 200, headers: ['etag'], body: /"openapi"/ },
  'OpenAPI, by POST': {
    path: '/openapi.json',
    init: { method: 'POST' },
    status: 405,
    headers: ['allow'],
    body: /Method Not Allowed/,
  },
  'the schema': {
    path: '/graphql/schema.graphqls',
    init: { headers: { 'If-None-Match': '"old"' } },
    status: 200,
    headers: ['etag'],
    body: /type Query/,
  },
  'the schema, by POST': {
    path: '/graphql/schema.graphqls',
    init: { method: 'POST' },
    status: 405,
    headers: ['allow'],
    body: /Method Not Allowed/,
  },
};

test('pages of allowed origins use every API, other pages none, and no page a cookie', async ({
  api,
  foreign,
  server,
  site,
  step,
}) => {
  const ws = server.url.replace('http', 'ws');
  for (const [name, { path, init, status, headers = [], body }] of Object.entries(calls)) {
    await step(name, async () => {
      const got = await send(foreign, server.url + path, init);
      expect(got).toMatchObject({ status, body: expect.stringMatching(body) });
      for (const header of headers) expect(got?.headers).toHaveProperty(header);
    });
  }
  await step('a WebSocket, with the headers as in clients for Hasura', async () => {
    expect(await ask(foreign, ws, { headers: { 'x-apikey': 'demo-agent' } })).toMatch(demoAgent);
    expect(await ask(foreign, ws, { headers: { 'X-ApiKey': 'forged' } })).toBe('closed with 4403');
  });

  for (const [name, want] of Object.entries(libraries)) {
    await step(name, async () => {
      expect(await use(foreign, server.url, name)).toEqual(want);
    });
  }

  await step('a page of another origin can read nothing', async () => {
    await foreign.goto(site.other);
    for (const [name, { path, init }] of Object.entries(calls))
      expect(await send(foreign, server.url + path, init), name).toBeNull();
    expect(await ask(foreign, ws, { 'X-ApiKey': 'demo-agent' })).toBe('closed with 1006');
  });
  await step('and writes nothing', async () => {
    const rename = graphql(write('Evil'));
    await send(foreign, `${server.url}/graphql`, rename);
    await send(foreign, `${server.url}/graphql`, { ...rename, mode: 'no-cors' });
    await api.expectStored(466, { lastName: 'Doe' });
  });

  const contact = `${server.url}/api/v1/Contacts/7`;
  const cookies = await step('a visitor signs in at the server', async () => {
    await foreign.goto(`${server.url}/docs/graphql`);
    await send(foreign, `${server.url}/graphql`, signIn(true));
    expect(await send(foreign, contact)).toMatchObject({ status: 200 });
    return foreign.context().cookies();
  });
  expect(cookies).toHaveLength(1);
  await step('a page of the allowed origin cannot use the cookie', async () => {
    await foreign.goto(site.allowed);
    const refused = () => server.log.match(/contacts\/{id}" status=403/g)?.length ?? 0;
    const before = refused();
    for (const mode of ['cors', 'no-cors'] as const)
      expect(await send(foreign, contact, { credentials: 'include', mode }), mode).toBeNull();
    await expect.poll(refused, 'with a cookie that is ignored; 401 without one').toBe(before + 2);
    const query = { ...graphql(viewer, {}), credentials: 'include' as const };
    expect(await send(foreign, `${server.url}/graphql`, query)).toBeNull();
    expect(await ask(foreign, ws, null)).toMatch(/"viewer":null/); // browsers send it the cookie
  });
  await step('nor get one by a sign-in, but a token', async () => {
    expect(await send(foreign, `${server.url}/graphql`, signIn(true))).toMatchObject({
      body: expect.stringContaining('"errors":[{"code":"INVALID","path":"cookie"}]'),
    });
    expect(await foreign.context().cookies()).toEqual(cookies);
    const signedIn = await send(foreign, `${server.url}/graphql`, signIn(false));
    const token = /"token":"([^"]+)"/.exec(signedIn?.body ?? '')?.[1];
    const headers = { Authorization: `Bearer ${token}` };
    expect(await send(foreign, contact, { headers })).toMatchObject({ status: 200 });
  });
  await step('after many attempts, it can read for how long to wait', async () => {
    expect(await guess(foreign, server.url)).toBeGreaterThan(0);
  });
});

/** The functions of the page's script. */
interface Script {
  libraries: Record<string, (url: string) => Promise<unknown>>;
  guess(url: string): Promise<number>;
}

/** Uses a client library in the page, and returns what the page could read. */
function use(page: Page, url: string, name: string): Promise<unknown> {
  return page.evaluate(
    async ([url, name]) => {
      const { libraries }: Script = await import(`${origin}/libraries.js`);
      return libraries[name]?.(url);
    },
    [`${url}/graphql`, name] as const,
  );
}

/** Signs in with wrong passwords until the server asks to wait, and returns for how long. */
function guess(page: Page, url: string): Promise<number> {
  return page.evaluate(async (url) => {
    const { guess }: Script = await import(`${origin}/libraries.js`);
    return guess(url);
  }, `${url}/graphql`);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends a request from the page. It returns null if the page cannot read the response. */
function send(page: Page, url: string, init: RequestInit = {}): Promise<Answer | null> {
  return page.evaluate(
    async ([url, init]) => {
      const response = await fetch(url, init).catch(() => null);
      if (!response || response.type === 'opaque') return null;
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, headers, body: await response.text() };
    },
    [url, init] as const,
  );
}

/**
 * Opens a WebSocket in the page, and asks for the viewer. It returns the response, or how the
 * socket was closed.
 */
function ask(page: Page, url: string, payload: object | null): Promise<string> {
  return page.evaluate(
    ([url, payload, query]) =>
      new Promise<string>((done) => {
        const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws');
        const say = (message: object) => socket.send(JSON.stringify(message));
        socket.onopen = () => say({ type: 'connection_init', payload });
        socket.onclose = ({ code }) => done(`closed with ${code}`);
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(data) as { type: string };
          if (type === 'connection_ack') say({ type: 'subscribe', id: '1', payload: { query } });
          if (type === 'next') {
            done(data);
            socket.close();
          }
        };
      }),
    [url, payload, viewer] as const,
  );
}
