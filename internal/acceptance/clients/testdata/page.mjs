// Runs in a page of another origin than the server, with the libraries that such pages use. For each
// of them there is a function that returns what the page could read: the results of successes, the
// codes of errors, and headers. The browser tests bundle this file.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { cacheExchange, Client as UrqlClient, fetchExchange } from '@urql/core';
import {
  accepted,
  createClient,
  FeedEndDocument,
  followChanges,
  ReadContactDocument,
  UpdateContactDocument,
} from 'contactgraph-client';
import { GraphQLClient } from 'graphql-request';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { map } from 'rxjs';

const key = { 'X-ApiKey': 'demo-agent' };
const forged = { 'X-ApiKey': 'forged' };
const id = '7';
const expired = 'TG9nOjk5OTk5OTk'; // a cursor that the log does not have

const contact = 'query Contact($id: ID!) { contact(id: $id) { id lastName } }';
const rename = `mutation Rename($id: ID!, $lastName: String) {
  updateContact(input: { id: $id, onConflict: OVERWRITE, set: { lastName: $lastName } }) { contact { id lastName } errors { code } }
}`;
const changes = `subscription Changes($after: String) { contactChanges(after: $after, contactId: ${id}) { cursor fields { path new } } }`;
const valueOf = ({ contactChanges: { fields } }) => fields.find(({ path }) => path === 'lastName').new;

/** The outcome of a mutation: the new name, or the code of the error that a person can fix. */
const outcomeOf = ({ updateContact: { contact, errors } }) => contact?.lastName ?? errors[0].code;

const codesOf = (errors) => errors.map(({ extensions }) => extensions.code).join();

/** The end of the log before a change that subscriptions then receive. */
async function writeChange(url, lastName) {
  const client = createClient({ url, headers: key });
  const { contactChanges } = await client.execute(FeedEndDocument, {});
  const input = { id, onConflict: 'OVERWRITE', set: { lastName } };
  accepted((await client.execute(UpdateContactDocument, { input })).updateContact);
  return contactChanges.lastCursor;
}

export const libraries = {
  async 'Apollo Client'(url) {
    const sent = [];
    const fetchAndNote = async (to, options) => {
      const response = await fetch(to, options);
      const { query } = JSON.parse(options.body);
      const { errors = [] } = await response.clone().json();
      sent.push(`${query ? 'document' : 'hash'}: ${codesOf(errors) || response.status}`);
      return response;
    };
    const socket = createWsClient({ url: url.replace('http', 'ws'), connectionParams: key, retryAttempts: 0 });
    const requestIds = [];
    const noteRequestId = new ApolloLink((operation, forward) =>
      forward(operation).pipe(
        map((result) => {
          requestIds.push(operation.getContext().response.headers.get('X-Request-ID'));
          return result;
        }),
      ),
    );
    const connect = (headers, ...links) =>
      new ApolloClient({
        cache: new InMemoryCache(),
        link: ApolloLink.split(
          ({ operationType }) => operationType === 'subscription',
          new GraphQLWsLink(socket),
          ApolloLink.from([noteRequestId, ...links, new HttpLink({ uri: url, headers, fetch: fetchAndNote })]),
        ),
        defaultOptions: { query: { fetchPolicy: 'network-only' } },
      });
    const client = connect(key);
    const read = (client) => client.query({ query: gql(contact), variables: { id } });
    const write = async (lastName) => {
      const { data } = await client.mutate({ mutation: gql(rename), variables: { id, lastName } });
      return outcomeOf(data);
    };
    const subscribe = (after) =>
      new Promise((resolve) => {
        const options = { query: gql(changes), variables: { after } };
        const subscription = client.subscribe(options).subscribe(({ data, error }) => {
          resolve(error ? codesOf(error.errors) : valueOf(data));
          subscription.unsubscribe();
        });
      });
    const mutation = await write('Apollo');
    const query = (await read(client)).data.contact.lastName;
    const userError = await write('');
    const error = await read(connect(forged)).catch(({ errors }) => codesOf(errors));
    const subscription = await subscribe(await writeChange(url, 'Sent to Apollo'));
    const subscriptionError = await subscribe(expired);
    await socket.dispose();
    const persisted = connect(key, createPersistedQueryLink({ sha256 }));
    sent.length = 0;
    for (let i = 0; i < 2; i++) await read(persisted);
    return { query, mutation, userError, error, subscription, subscriptionError, requestIds, persisted: sent };
  },

  async urql(url) {
    const connect = (headers) =>
      new UrqlClient({ url, fetchOptions: { headers }, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange] });
    const client = connect(key);
    const read = (client) => client.query(contact, { id }).toPromise();
    const write = async (lastName) => outcomeOf((await client.mutation(rename, { id, lastName }).toPromise()).data);
    await read(client);
    const mutation = await write('urql');
    const query = (await read(client)).data.contact.lastName; // not what was cached before
    const userError = await write('');
    const { error } = await read(connect(forged));
    return { query, mutation, userError, error: codesOf(error.graphQLErrors), requestIds: [requestIdOf(error.response)] };
  },

  async 'graphql-request'(url) {
    const client = new GraphQLClient(url, { headers: key });
    const write = async (lastName) => outcomeOf(await client.request(rename, { id, lastName }));
    const mutation = await write('graphql-request');
    const read = await client.rawRequest(contact, { id });
    const query = read.data.contact.lastName;
    const userError = await write('');
    const failure = await client.request(contact, { id }, forged).catch(({ response }) => response);
    return { query, mutation, userError, error: codesOf(failure.errors), requestIds: [read, failure].map(requestIdOf) };
  },

  async 'graphql-ws'(url) {
    const connect = (connectionParams) => createWsClient({ url: url.replace('http', 'ws'), connectionParams, retryAttempts: 0 });
    const client = connect(key);
    const first = (operation, at = client) => firstOf(at.iterate(operation));
    const subscribe = async (after) => valueOf(await first({ query: changes, variables: { after } }));
    const subscription = await subscribe(await writeChange(url, 'Sent to graphql-ws'));
    const userError = outcomeOf(await first({ query: rename, variables: { id, lastName: '' } }));
    const error = await subscribe(expired).catch(codesOf);
    const refused = await first({ query: changes }, connect(forged)).catch(({ code }) => code);
    await client.dispose();
    return { subscription, userError, error, refused };
  },

  async 'graphql-sse'(url) {
    const client = createSseClient({ url, headers: key, retryAttempts: 0 });
    const first = (operation) => firstOf(client.iterate(operation));
    const subscribe = async (after) => valueOf(await first({ query: changes, variables: { after } }));
    const subscription = await subscribe(await writeChange(url, 'Sent to graphql-sse'));
    const userError = outcomeOf(await first({ query: rename, variables: { id, lastName: '' } }));
    const { response } = await subscribe(expired).catch((error) => error);
    const error = codesOf((await response.json()).errors);
    client.dispose();
    return { subscription, userError, error, requestIds: [requestIdOf(response)] };
  },

  async 'contactgraph-client'(url) {
    const client = createClient({ url, headers: key });
    const write = async (lastName) => {
      const input = { id, onConflict: 'OVERWRITE', set: { lastName } };
      const { updateContact } = await client.execute(UpdateContactDocument, { input });
      return accepted(updateContact).contact.lastName;
    };
    const mutation = await write('contactgraph-client');
    const query = (await client.execute(ReadContactDocument, { id })).contact.lastName;
    const userError = await write('').catch(({ code }) => code);
    const stranger = createClient({ url, headers: forged });
    const failure = await stranger.execute(ReadContactDocument, { id }).catch((error) => error);
    const after = await writeChange(url, 'Sent to contactgraph-client');
    let subscription;
    for await (const { type, change } of followChanges(client, { after, contactId: id, pageSize: 0 })) {
      if (type !== 'change') continue;
      subscription = valueOf({ contactChanges: change });
      break;
    }
    return { query, mutation, userError, error: failure.code, subscription, requestIds: [failure.requestId] };
  },
};

/** Signs in with a wrong password until the server asks to wait, and returns for how many seconds. */
export async function guess(url) {
  const client = new GraphQLClient(url);
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }';
  const input = { account: 'Demo', login: 'guessed@example.com', password: 'wrong' };
  for (let attempt = 0; attempt < 10; attempt++) {
    const { data, headers } = await client.rawRequest(signIn, { input });
    if (data.signIn.errors[0].code === 'RATE_LIMITED') return Number(headers.get('Retry-After'));
  }
}

/** Returns the data of the first result, or throws its errors. */
async function firstOf(results) {
  for await (const { data, errors } of results) {
    if (errors) throw errors;
    return data;
  }
}

const requestIdOf = ({ headers }) => headers.get('X-Request-ID');

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
