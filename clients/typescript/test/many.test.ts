import { describe, expect, it } from 'vitest';
import {
  accepted,
  CreateContactsDocument,
  DeleteContactsDocument,
  ReadContactDocument,
  RejectedError,
  SetContactsDetailsDocument,
  UpdateContactsDocument,
  UpsertContactsDocument,
  userErrorOf,
  write,
  writeRequest,
} from '../src/index.js';
import { losingResponses } from './faulty.js';
import { client, connect, newContact, writeAsOther } from './server.js';

const newEmail = () => `${crypto.randomUUID()}@example.com`;

/** Runs a function that must be rejected. */
function rejectionOf(run: () => unknown): RejectedError {
  try {
    run();
  } catch (error) {
    if (error instanceof RejectedError) return error;
    throw error;
  }
  return expect.fail('it was accepted');
}

describe('writes of many contacts', () => {
  it('create, update, classify and delete as many as a call may have', async () => {
    const source = { registrationSource: 'test' };
    const { createContacts } = await client.execute(CreateContactsDocument, {
      input: { items: Array.from({ length: 100 }, () => ({ ...source, set: {} })) },
    });
    const contacts = accepted(createContacts).results.map(({ contact }) => contact);
    expect(new Set(contacts.map(({ contactId }) => contactId)).size).toBe(100);

    const { updateContacts } = await client.execute(UpdateContactsDocument, {
      input: {
        items: contacts.map(({ id, version: expectedVersion }, i) => ({
          id,
          expectedVersion,
          set: { firstName: `Nora ${i}` },
        })),
      },
    });
    const updated = accepted(updateContacts).results.map(({ contact }) => contact);
    expect(updated.map(({ id }) => id)).toEqual(contacts.map(({ id }) => id));

    const each = updated.map(({ id }) => ({ id, onConflict: 'OVERWRITE' as const }));
    const { setContactsDetails } = await client.execute(SetContactsDetailsDocument, {
      input: { items: each.map((item) => ({ ...item, addToMembership: ['1'] })) },
    });
    expect(accepted(setContactsDetails).results).toHaveLength(100);
    const last = { id: contacts[99]?.id ?? '' };
    const { contact } = await client.execute(ReadContactDocument, last);
    expect(contact).toMatchObject({ firstName: 'Nora 99', segments: [{ segmentId: 1 }] });

    const { deleteContacts } = await client.execute(DeleteContactsDocument, {
      input: { items: each },
    });
    expect(accepted(deleteContacts).results[99]?.change.id).toBeTruthy();
    expect(await client.execute(ReadContactDocument, last)).toEqual({ contact: null });
  });

  it('find contacts by their keys, and create the others once', async () => {
    const { id, email } = await newContact();
    const items = [email, newEmail()].map((email) => ({
      match: { email },
      set: { lastName: 'Berg' },
      registrationSource: 'test',
    }));
    const request = writeRequest(UpsertContactsDocument, { input: { items } });
    const unreliable = connect({ fetch: losingResponses(2) });
    const { data, repeated } = await write(unreliable, request, { delay: { initial: 1, max: 2 } });
    expect(repeated).toBe(true);
    const { results } = accepted(data.upsertContacts);
    expect(results.map(({ created }) => created)).toEqual([false, true]);
    expect(results[0]?.contact).toMatchObject({ id, version: 'AAAAAAAAAAI=' });
  });

  it('report which items are to blame', async () => {
    const { email, id } = await newContact();
    const items = [newEmail(), email].map((email) => ({
      registrationSource: 'test',
      set: { email },
    }));
    const { createContacts } = await client.execute(CreateContactsDocument, { input: { items } });
    expect(createContacts?.results[0]?.errors[0]?.code).toBe('NOT_APPLIED');
    const rejection = rejectionOf(() => accepted(createContacts));
    expect(rejection).toMatchObject({ code: 'EMAIL_TAKEN', items: [{ index: 1 }] });
    expect(rejection.errors).toHaveLength(1);
    expect(userErrorOf(rejection.errors, 'UniqueConflict')?.existing?.id).toBe(id);
  });

  it('apply the other items if that is asked for', async () => {
    const [stale, other] = await Promise.all([newContact(), newContact()]);
    await writeAsOther(stale.id, { firstName: 'Eleonora' });
    const items = [stale, other].map(({ id, version: expectedVersion }) => ({
      id,
      expectedVersion,
      onConflict: 'MERGE' as const,
      set: { firstName: 'Ana' },
    }));
    const { updateContacts } = await client.execute(UpdateContactsDocument, {
      input: { items, errorPolicy: 'PER_ITEM' },
    });
    const [conflict, applied] = updateContacts?.results ?? [];
    expect(accepted(applied).contact.version).toBe('AAAAAAAAAAI=');
    const { errors } = rejectionOf(() => accepted(conflict));
    expect(userErrorOf(errors, 'VersionConflict')).toMatchObject({
      latest: { version: 'AAAAAAAAAAI=' },
      fields: [{ path: 'firstName', base: 'Nora', latest: 'Eleonora', yours: 'Ana' }],
    });
    expect(rejectionOf(() => accepted(updateContacts)).items).toMatchObject([{ index: 0 }]);
  });

  it('are rejected as a whole if there are too many', async () => {
    const items = Array.from({ length: 101 }, () => ({ id: '1', onConflict: 'MERGE' as const }));
    const { deleteContacts } = await client.execute(DeleteContactsDocument, { input: { items } });
    const rejection = rejectionOf(() => accepted(deleteContacts));
    expect(rejection).toMatchObject({ code: 'TOO_MANY', items: [] });
  });
});
