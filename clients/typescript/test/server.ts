// The server that the tests run against: a demo server, whose address and key are in the
// environment.
import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import {
  accepted,
  type ClientOptions,
  type ContactPartsFragment,
  CreateContactDocument,
  type CreateContactInput,
  createClient,
  UpdateContactDocument,
} from '../src/index.js';

export const url = `${process.env.CONTACTGRAPH_URL ?? 'http://127.0.0.1:8080'}/graphql`;
export const headers = { 'X-ApiKey': process.env.CONTACTGRAPH_KEY ?? 'demo-agent' };

/** Returns a client with the key of the tests. */
export const connect = (options: Partial<ClientOptions> = {}) =>
  createClient({ url, headers, ...options });

export const client = connect();

/** Parses a document. */
export const graphql = <D = any, V = any>([text]: TemplateStringsArray) =>
  parse(text ?? '') as TypedDocumentNode<D, V>;

/** Returns a client that a user of the demo has signed in with. */
export async function signedIn(login: string) {
  const { signIn } = await createClient({ url }).execute(
    graphql`mutation ($input: SignInInput!) { signIn(input: $input) { token errors { message } } }`,
    { input: { account: 'Demo', login, password: 'demo-password' } },
  );
  return createClient({ url, headers: { Authorization: `Bearer ${signIn.token}` } });
}

/** Creates a contact for one test. */
export async function newContact(
  input: Partial<CreateContactInput> = {},
): Promise<ContactPartsFragment> {
  const { createContact } = await client.execute(CreateContactDocument, {
    input: {
      registrationSource: 'test',
      registrationIp: '',
      set: { firstName: 'Nora', lastName: 'Lind', email: `${randomUUID()}@example.com` },
      ...input,
    },
  });
  return accepted(createContact).contact as ContactPartsFragment;
}

/** Writes fields of a contact as another person. */
export async function writeAsOther(id: string, set: object, by = client): Promise<string> {
  const input = { id, onConflict: 'OVERWRITE' as const, set };
  const { updateContact } = await by.execute(UpdateContactDocument, { input });
  return accepted(updateContact).change?.id ?? '';
}
