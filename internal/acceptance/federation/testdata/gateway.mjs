// Composes a supergraph of the server and a subgraph of orders, which refer to contacts, with both
// composers that are in use, and runs a query across both in a gateway. It prints, as JSON, the
// result of the query and the requests that the gateway sent to the server.
import { composeServices as composeByApollo } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const [url, key, first] = process.argv.slice(2);

const orders = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

  type Query {
    orders: [Order!]!
    shipments(first: Int): ShipmentConnection!
  }

  type Order @key(fields: "number") {
    number: Int!
    contact: Contact
    recipient: Contact
  }

  "Known by the number, as in the tables of a shop, or by the global id."
  type Contact @key(fields: "contactId") {
    contactId: Int!
    orders: [Order!]!
  }

  type ShipmentConnection {
    pageInfo: PageInfo!
  }

  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`);
const numbers = Array.from({ length: 10 }, (_, i) => Number(first) + i);
const order = (contactId) => ({ number: 1000 + contactId, contact: { contactId }, recipient: { contactId: 999_999 } });
const resolvers = {
  Query: { orders: () => numbers.map(order) },
  Contact: {
    __resolveReference: ({ contactId }) => ({ contactId }),
    orders: ({ contactId }) => [order(contactId)],
  },
};

const sent = [];

/** The server as a subgraph. The client's key goes with each request. */
class Contacts extends RemoteGraphQLDataSource {
  willSendRequest({ request }) {
    request.http.headers.set('X-ApiKey', key);
    sent.push({ query: request.query, variables: request.variables });
  }
}

const response = await fetch(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ query: '{ _service { sdl } }' }),
});
const services = [
  { name: 'contacts', url, typeDefs: parse((await response.json()).data._service.sdl) },
  { name: 'orders', url: 'local', typeDefs: orders },
];
const byGuild = composeByGuild(services);
const byApollo = composeByApollo(services);
for (const { errors } of [byGuild, byApollo])
  for (const error of errors ?? []) console.error(error.message);
if (byGuild.errors?.length || byApollo.errors?.length) process.exit(1);

const gateway = new ApolloGateway({
  supergraphSdl: byApollo.supergraphSdl,
  buildService: ({ name, url }) =>
    name === 'contacts'
      ? new Contacts({ url })
      : new LocalGraphQLDataSource(buildSubgraphSchema({ typeDefs: orders, resolvers })),
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
});
const { executor } = await gateway.load();

async function run(query) {
  const document = parse(query);
  const { data, errors } = await executor({
    request: { query, http: undefined },
    document,
    queryHash: query,
    operationName: null,
    operation: document.definitions[0],
    logger: console,
    schema: undefined,
    source: query,
    metrics: {},
    context: {},
    cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
  });
  return { data, errors, sent: sent.splice(0) };
}

console.log(
  JSON.stringify({
    orders: await run('{ orders { number contact { email company { name } } recipient { email } } }'),
    contact: await run(`{ contact(id: "${first}") { firstName orders { number } } }`),
  }),
);
await gateway.stop();
