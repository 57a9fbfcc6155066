import { describe, expect, it } from 'vitest';
import {
  ContactDraft,
  DeleteContactDocument,
  openContact,
  propertyPath,
  ReadContactDocument,
  UndoChangeDocument,
} from '../src/index.js';
import { losingResponses } from './faulty.js';
import { client, connect, graphql, newContact, signedIn, writeAsOther } from './server.js';

const delay = { initial: 1, max: 2 };
const hobbies = propertyPath(9);
const values = (...texts: string[]) => texts.map((value) => ({ value, description: null }));

const read = async (id: string) => {
  const { contact } = await client.execute(ReadContactDocument, { id });
  return contact ?? expect.fail('the contact is missing');
};

describe('a draft of a contact', () => {
  it('saves fields and details, and knows its own saves', async () => {
    const draft = new ContactDraft(client, await newContact());
    draft.set('lastName', 'Berg');
    draft.set(hobbies, values('books'));
    draft.set('membership', [1]);
    draft.set('logins', [{ name: `${crypto.randomUUID()}`, type: 'GOOGLE' }]);
    const result = await draft.save();
    expect(result).toMatchObject({ status: 'saved', merged: [], errors: [] });
    expect(result.saved).toEqual(['lastName', hobbies, 'membership', 'logins']);
    expect(result.changeIds).toHaveLength(2);
    expect(draft.state).toMatchObject({ dirty: false, saving: false });
    const saved = await read(draft.state.contact.id);
    expect(draft.state.contact).toEqual(saved);
    draft.set('lastName', 'Lind'); // over its own save
    expect(await draft.save()).toMatchObject({ status: 'saved', merged: [] });
  });

  it('merges with others, and shows what they changed', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(client, contact);
    draft.set('lastName', 'Berg');
    await writeAsOther(contact.id, { firstName: 'Eleonora' });
    const result = await draft.save();
    expect(result.status).toBe('merged');
    expect(result.merged.map(({ path, latest }) => [path, latest])).toEqual([
      ['firstName', 'Eleonora'],
    ]);
    expect(draft.value('firstName')).toBe('Eleonora');
  });

  it('resolves a conflict with a choice for each field', async () => {
    const properties = [{ propertyId: 9, values: [{ value: 'books' }] }];
    const contact = await newContact({ properties });
    const draft = new ContactDraft(client, contact);
    draft.set('firstName', 'Mine');
    draft.set('lastName', 'Mine');
    draft.set('phone', '1');
    draft.set(hobbies, values('books', 'mine'));
    await writeAsOther(contact.id, { firstName: 'Theirs', lastName: 'Theirs', phone: '2' });
    await client.execute(
      graphql`mutation ($input: SetContactDetailsInput!) { setContactDetails(input: $input) { errors { code } } }`,
      {
        input: {
          id: contact.id,
          onConflict: 'OVERWRITE',
          properties: [{ propertyId: 9, values: values('books', 'theirs') }],
        },
      },
    );
    const result = await draft.save();
    expect(result.status).toBe('conflict');
    expect(result.saved).toEqual([hobbies]);
    expect(result.overlaps.map(({ path }) => path)).toEqual(['phone', 'firstName', 'lastName']);
    await expect(draft.resolve({ firstName: 'mine' })).rejects.toThrow('no choice for phone');
    const phone = `${Date.now()}`;
    const resolved = await draft.resolve({
      firstName: 'mine',
      lastName: 'theirs',
      phone: { value: phone },
    });
    expect(resolved).toMatchObject({ status: 'saved', saved: ['firstName', 'phone'] });
    const saved = await read(contact.id);
    expect(saved).toMatchObject({ firstName: 'Mine', lastName: 'Theirs', phone });
    expect(draft.value(hobbies)).toEqual(values('books', 'theirs', 'mine'));
    expect(draft.state.dirty).toBe(false);
  });

  it('meets a conflict again if the field is edited instead', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(client, contact);
    draft.set('firstName', 'Mine');
    await writeAsOther(contact.id, { firstName: 'Theirs' });
    await draft.save();
    draft.set('firstName', 'Other');
    expect(draft.state.result).toBeUndefined();
    expect(await draft.save()).toMatchObject({ status: 'conflict' });
    expect((await read(contact.id)).firstName).toBe('Theirs');
  });

  it('shows a conflict with the edits that were made during the save', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(client, contact);
    draft.set('firstName', 'Mine');
    await writeAsOther(contact.id, { firstName: 'Theirs', lastName: 'Theirs' });
    const saving = draft.save();
    draft.set('lastName', 'Mine');
    const result = await saving;
    expect(result.overlaps.map(({ path }) => path)).toEqual(['firstName', 'lastName']);
    expect(await draft.resolve('theirs')).toMatchObject({ status: 'saved', overlaps: [] });
    expect(draft.value('lastName')).toBe('Theirs');
  });

  it('is saved once, however often that is asked for', async () => {
    const draft = new ContactDraft(client, await newContact());
    draft.set('lastName', 'Berg');
    const [first, second] = await Promise.all([draft.save(), draft.save()]);
    expect(second).toBe(first);
    expect(first.changeIds).toHaveLength(1);
  });

  it('has the errors of fields', async () => {
    const { email } = await newContact();
    const draft = new ContactDraft(client, await newContact());
    draft.set('email', email);
    expect(await draft.save()).toMatchObject({ status: 'rejected', saved: [] });
    expect(draft.errors('email')).toMatchObject([
      { __typename: 'UniqueConflict', code: 'EMAIL_TAKEN' },
    ]);
    expect(draft.state.dirty).toBe(true);
  });

  it('repeats a request without a response, and applies it once', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(connect({ fetch: losingResponses(2) }), contact);
    draft.set('lastName', 'Berg');
    expect(await draft.save({ delay })).toMatchObject({ status: 'saved', saved: ['lastName'] });
    const { version } = await read(contact.id);
    expect(draft.state.contact.version).toBe(version);
    expect(version).toBe('AAAAAAAAAAI=');
  });

  it('finds out in the next save what became of one whose outcome is unknown', async () => {
    const contact = await newContact();
    const draft = new ContactDraft(connect({ fetch: losingResponses(2) }), contact);
    draft.set('lastName', 'Berg');
    expect(await draft.save({ attempts: 2, delay })).toMatchObject({
      status: 'unknown',
      saved: [],
    });
    draft.set('lastName', 'Dahl'); // would be a conflict with the own save if that were forgotten
    draft.set('firstName', 'Ana');
    await writeAsOther(contact.id, { phone: null, latestPermissionSource: 'other' });
    const result = await draft.save({ delay });
    expect(result.errors).toEqual([]);
    expect(result.merged.map(({ path }) => path)).toEqual(['latestPermissionSource']);
    expect(await read(contact.id)).toMatchObject({ firstName: 'Ana', lastName: 'Dahl' });
    expect(draft.state.dirty).toBe(false);
  });

  it('does not repeat what the server has refused', async () => {
    let requests = 0;
    const counting: typeof fetch = (...args) => {
      requests++;
      return fetch(...args);
    };
    const contact = await newContact();
    const stranger = connect({ headers: { 'X-ApiKey': 'none' }, fetch: counting });
    const draft = new ContactDraft(stranger, contact);
    draft.set('lastName', 'Berg');
    expect(await draft.save({ delay })).toMatchObject({ status: 'failed' });
    expect(requests).toBe(1);
    expect(draft.state.dirty).toBe(true);
  });

  it('follows others: fields that are not edited change, edits stay', async () => {
    const { id } = await newContact();
    const ended = new AbortController();
    const live: boolean[] = [];
    const draft = await openContact(client, id, {
      signal: ended.signal,
      onLive: (state) => live.push(state),
    });
    if (!draft) throw new Error('the contact is missing');
    draft.set('lastName', 'Berg');
    const changeId = await writeAsOther(id, { firstName: 'Eleonora', lastName: 'Dahl' });
    await expect.poll(() => draft.value('firstName'), { timeout: 5000 }).toBe('Eleonora');
    expect(draft.value('lastName')).toBe('Berg');
    expect([draft.isOverwritten('lastName'), draft.isOverwritten('firstName')]).toEqual([
      true,
      false,
    ]);
    expect(draft.state.remoteChanges.firstName?.id).toBe(changeId);
    draft.markAsOwn(changeId);
    expect(draft.state.remoteChanges).toEqual({});
    draft.discard();
    draft.set('firstName', 'Ana');
    expect(await draft.save()).toMatchObject({ status: 'saved' });
    const { version } = draft.state.contact;
    const input = { id, expectedVersion: version };
    const { deleteContact } = await client.execute(DeleteContactDocument, { input });
    await expect.poll(() => draft.state.deleted, { timeout: 5000 }).toBe(true);
    expect(draft.state.remoteChanges).toEqual({}); // its own save is not a change of others
    await client.execute(UndoChangeDocument, { input: { id: deleteContact?.change?.id ?? '' } });
    await expect.poll(() => draft.state.deleted, { timeout: 5000 }).toBe(false);
    ended.abort();
    expect(live).toEqual([true]);
  });

  it('costs no more than customers may spend', async () => {
    const customer = await signedIn('customer11@1to1service.com');
    const id = '466'; // the number of the customer in the demo data
    const ended = new AbortController();
    const draft = await openContact(customer, id, { signal: ended.signal });
    await writeAsOther(id, { phoneCountryCode: `${Date.now() % 1000}` });
    await expect
      .poll(() => draft?.state.remoteChanges.phoneCountryCode, { timeout: 5000 })
      .toBeDefined();
    draft?.set('firstName', `Nora ${Date.now()}`);
    expect(await draft?.save()).toMatchObject({ saved: ['firstName'], errors: [] });
    ended.abort();
  });

  it('is null for a contact that does not exist', async () => {
    expect(await openContact(client, '99999999', { live: false })).toBeNull();
  });
});
