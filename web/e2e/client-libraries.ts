import { resolve } from 'node:path';
import { expect } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import { resolve as packages } from '../build/resolve';

/** Client libraries, and a page that uses them. */
const folder = resolve(import.meta.dirname, '../../internal/acceptance/clients/testdata');

/** Returns the script of the page, an ES module. */
export async function bundleLibraries(): Promise<string> {
  const [{ output }] = (await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    resolve: packages,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, lib: { entry: 'page.mjs', formats: ['es'] } },
  })) as [Rolldown.RolldownOutput];
  return output[0].code;
}

const requestIds = expect.not.arrayContaining([null]);

/** What a page of another origin gets with each library. */
export const libraries = {
  'Apollo Client': {
    mutation: 'Apollo',
    query: 'Apollo',
    userError: 'EMPTY',
    error: 'UNAUTHENTICATED',
    subscription: 'Sent to Apollo',
    subscriptionError: 'CURSOR_EXPIRED',
    persisted: ['hash: PERSISTED_QUERY_NOT_FOUND', 'document: 200', 'hash: 200'],
    requestIds,
  },
  urql: {
    mutation: 'urql',
    query: 'urql',
    userError: 'EMPTY',
    error: 'UNAUTHENTICATED',
    requestIds,
  },
  'graphql-request': {
    mutation: 'graphql-request',
    query: 'graphql-request',
    userError: 'EMPTY',
    error: 'UNAUTHENTICATED',
    requestIds,
  },
  'graphql-ws': {
    subscription: 'Sent to graphql-ws',
    userError: 'EMPTY',
    error: 'CURSOR_EXPIRED',
    refused: 4403,
  },
  'graphql-sse': {
    subscription: 'Sent to graphql-sse',
    userError: 'EMPTY',
    error: 'CURSOR_EXPIRED',
    requestIds,
  },
  'contactgraph-client': {
    mutation: 'contactgraph-client',
    query: 'contactgraph-client',
    userError: 'EMPTY',
    error: 'UNAUTHENTICATED',
    subscription: 'Sent to contactgraph-client',
    requestIds,
  },
};
