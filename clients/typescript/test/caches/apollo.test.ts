import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { cacheConfig } from '../../src/apollo.js';
import { headers, url } from '../server.js';
import { textOf } from './operations/cached.js';
import { describeCache } from './suite.js';

describeCache('Apollo Client', () => {
  const client = new ApolloClient({
    cache: new InMemoryCache(cacheConfig),
    link: new HttpLink({ uri: url, headers }),
  });
  return {
    read: async (name, variables) => {
      const query = gql(textOf(name));
      return (await client.query({ query, variables, fetchPolicy: 'network-only' })).data;
    },
    cached: (name, variables) => client.readQuery({ query: gql(textOf(name)), variables }),
  };
});
