// Runs an operation three times with Apollo Client's link for persisted queries, and prints what was
// sent and the result. After the address and the key, its arguments are the name of the operation,
// whether hashes are sent by GET, and the id to send instead of a hash, if there is one.
import { createHash } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';

const [, , uri, key, name, byGet, id] = process.argv;
const sent = [];
const send = async (url, options) => {
  const response = await fetch(url, options);
  const request = options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(url).searchParams);
  sent.push(`${options.method}${request.query ? ' with the query' : ''}: ${response.status}`);
  return response;
};
const persisted = createPersistedQueryLink({
  ...(id ? { generateHash: () => id } : { sha256: (text) => createHash('sha256').update(text).digest('hex') }),
  useGETForHashedQueries: byGet === 'true',
});
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: persisted.concat(new HttpLink({ uri, headers: { 'X-ApiKey': key }, fetch: send })),
  defaultOptions: { query: { fetchPolicy: 'no-cache' } },
});
const query = gql(`query ${name} { stores { name } }`);
let result;
for (let i = 0; i < 3; i++) {
  result = await client.query({ query }).then(
    ({ data }) => data.stores.map(({ name }) => name),
    (error) => error.errors?.map(({ extensions }) => extensions.code) ?? String(error),
  );
}
console.log(JSON.stringify({ sent, result }));
