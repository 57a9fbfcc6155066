import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import { headers, url } from '../server.js';
import { type OperationName, operationNames } from './operations/cached.js';
import { describeCache } from './suite.js';

/** What the Relay compiler has generated. */
const artifactOf = async (name: OperationName): Promise<ConcreteRequest> =>
  (await import(`../../relay/artifacts/${name}.graphql.ts`)).default;

const artifacts = Object.fromEntries(
  await Promise.all(operationNames.map(async (name) => [name, await artifactOf(name)])),
) as Record<OperationName, ConcreteRequest>;

describeCache('Relay', () => {
  const environment = new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(async ({ text }, variables) => {
      const body = JSON.stringify({ query: text, variables });
      const sent = { ...headers, 'Content-Type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers: sent, body })).json();
    }),
  });
  return {
    read: (name, variables) =>
      fetchQuery(environment, artifacts[name], variables, {
        fetchPolicy: 'network-only',
      }).toPromise(),
    cached: (name, variables) => {
      const operation = createOperationDescriptor(artifacts[name], variables);
      const { status } = environment.check(operation);
      return status === 'available' ? environment.lookup(operation.fragment).data : null;
    },
  };
});
