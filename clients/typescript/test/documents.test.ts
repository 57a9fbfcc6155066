import { describe, expect, it } from 'vitest';
import {
  accepted,
  ContactHistoryDocument,
  ContactSnapshotDocument,
  EraseContactDocument,
  ListContactsDocument,
  ReadCatalogDocument,
  ReadContactByEmailDocument,
  ReadContactByExternalIdDocument,
  ReadContactByLoginDocument,
  ReadContactByPhoneDocument,
  ReadContactBySecretDocument,
  ReadContactDocument,
  ReadCustomPropertiesDocument,
  RejectedError,
  readAll,
  SignInDocument,
  SignOutDocument,
  UnauthenticatedError,
  ViewerDocument,
} from '../src/index.js';
import { losingResponses } from './faulty.js';
import { client, connect, graphql, newContact, signedIn, writeAsOther } from './server.js';

const admin = connect({ headers: { 'X-ApiKey': 'demo-admin' } });

describe('the documents', () => {
  it('find a contact by each of its keys', async () => {
    const name = crypto.randomUUID();
    const phone = `+44${Date.now()}`;
    const set = { email: `${name}@example.com`, phone };
    const externalIds = [{ system: 'crm', value: name }];
    const { id } = await newContact({ set, logins: [{ name, type: 'GOOGLE' }], externalIds });
    const secretOf = graphql`query ($id: ID!) { contact(id: $id) { secret } }`;
    const { secret } = (await client.execute(secretOf, { id })).contact;
    const found = await Promise.all([
      client.execute(ReadContactDocument, { id }).then((data) => data.contact),
      client.execute(ReadContactByEmailDocument, set).then((data) => data.contactByEmail),
      client.execute(ReadContactByPhoneDocument, { phone }).then((data) => data.contactByPhone),
      client.execute(ReadContactByLoginDocument, { name }).then((data) => data.contactByLogin),
      client.execute(ReadContactBySecretDocument, { secret }).then((data) => data.contactBySecret),
      client
        .execute(ReadContactByExternalIdDocument, { system: 'crm', value: name })
        .then((data) => data.contactByExternalId),
    ]);
    expect(found.map((contact) => contact?.id)).toEqual(Array(6).fill(id));
    expect(new Set(found.map((contact) => JSON.stringify(contact))).size).toBe(1);
  });

  it('read the catalog, with the parts that the viewer may read', async () => {
    const staff = await client.execute(ReadCatalogDocument, {});
    expect(staff).toMatchObject({
      properties: expect.arrayContaining([expect.objectContaining({ propertyId: 9 })]),
      segments: expect.arrayContaining([expect.objectContaining({ segmentId: 1 })]),
    });
    expect(staff.companies).not.toHaveLength(0);
    const customer = await signedIn('customer11@1to1service.com');
    const own = await customer.execute(ReadCatalogDocument, { staff: false });
    expect(Object.keys(own)).toEqual(['properties', 'stores']);
  });

  it('read properties by name, and contacts of the past', async () => {
    const { id, version } = await newContact();
    const { contact } = await client.execute(ReadCustomPropertiesDocument, { id });
    expect(contact).toMatchObject({ version, custom: expect.any(Object) });
    await writeAsOther(id, { firstName: 'Eleonora' });
    const { contactSnapshot } = await client.execute(ContactSnapshotDocument, { id, version });
    expect(contactSnapshot?.firstName).toBe('Nora');
  });

  it('erase a contact', async () => {
    const { id } = await newContact();
    const { eraseContact } = await client.execute(EraseContactDocument, { input: { id } });
    expect(() => accepted(eraseContact)).toThrow(RejectedError); // admins only
    const erased = await admin.execute(EraseContactDocument, { input: { id } });
    expect(accepted(erased.eraseContact).change.id).toBeTruthy();
  });

  it('sign in and out', async () => {
    const input = { account: 'Demo', login: 'agent@example.com', password: 'demo-password' };
    const anonymous = connect({ headers: {} });
    const { signIn } = await anonymous.execute(SignInDocument, { input });
    const { token, viewer } = accepted(signIn);
    const session = connect({ headers: { Authorization: `Bearer ${token}` } });
    expect((await session.execute(ViewerDocument, {})).viewer).toEqual(viewer);
    expect(accepted((await session.execute(SignOutDocument, {})).signOut).errors).toEqual([]);
    const after = session.execute(ReadContactDocument, { id: '1' });
    await expect(after).rejects.toBeInstanceOf(UnauthenticatedError);
    const wrong = await anonymous.execute(SignInDocument, { input: { ...input, password: '?' } });
    expect(() => accepted(wrong.signIn)).toThrow(RejectedError);
  });
});

describe('reading all pages', () => {
  it('reads each element once, and a page that was lost again', async () => {
    const { id } = await newContact();
    for (let i = 0; i < 5; i++) await writeAsOther(id, { firstName: `Nora ${i}` });
    const unreliable = connect({ fetch: losingResponses(1) });
    const versions: string[] = [];
    const options = { delay: { initial: 1, max: 2 } };
    const changes = readAll(
      unreliable,
      ContactHistoryDocument,
      { id, first: 2 },
      (data) => data.contact?.changes,
      options,
    );
    for await (const change of changes) versions.push(change.version);
    expect(versions).toEqual(['Y=', 'U=', 'Q=', 'M=', 'I=', 'E='].map((end) => `AAAAAAAAAA${end}`));
  });

  it('starts at the cursor of the caller, and ends with the reader', async () => {
    let requests = 0;
    const counting = connect({
      fetch: (...args) => {
        requests++;
        return fetch(...args);
      },
    });
    const all = (after?: string | null) =>
      readAll(counting, ListContactsDocument, { first: 5, after }, (data) => data.contacts);
    const first: number[] = [];
    for await (const { contactId } of all()) if (first.push(contactId) === 7) break;
    expect(requests).toBe(2);
    const { contacts } = await client.execute(ListContactsDocument, { first: 5 });
    for await (const { contactId } of all(contacts.pageInfo.endCursor)) {
      expect(contactId).toBe(first[5]);
      break;
    }
  });

  it('accepts lists without edges, and that there is none', async () => {
    const names = graphql<any, { after?: string | null }>`query ($after: String) {
      contacts(first: 2, after: $after) { nodes { contactId } pageInfo { endCursor hasNextPage } }
    }`;
    const got: number[] = [];
    for await (const { contactId } of readAll<any, any, { contactId: number }>(
      client,
      names,
      {},
      (data) => data.contacts,
    ))
      if (got.push(contactId) === 3) break;
    expect(new Set(got).size).toBe(3);
    const none = readAll(
      client,
      ContactHistoryDocument,
      { id: '99999999' },
      (data) => data.contact?.changes,
    );
    for await (const change of none) expect.fail(`there is a change ${change.id}`);
  });
});
