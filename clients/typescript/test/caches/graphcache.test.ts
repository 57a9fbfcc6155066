import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { cacheConfig } from '../../src/graphcache.js';
import { headers, url } from '../server.js';
import { textOf } from './operations/cached.js';
import { describeCache } from './suite.js';

describeCache('graphcache', () => {
  const client = new Client({
    url,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [cacheExchange(cacheConfig), fetchExchange],
  });
  return {
    read: async (name, variables) => {
      const context = { requestPolicy: 'network-only' as const };
      const { data, error } = await client.query(textOf(name), variables, context).toPromise();
      if (error) throw error;
      return data;
    },
    cached: (name, variables) =>
      client.readQuery(textOf(name), variables, { requestPolicy: 'cache-only' })?.data ?? null,
  };
});
