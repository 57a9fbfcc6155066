// The page of a contact: what stories do there, what its page sends, and what is stored.
import assert from 'node:assert/strict';
import { graphql } from './demo.mjs';

// open goes to the page of a contact by its address, and waits until it can be edited.
export async function open(page, id) {
  await page.goto(`/contacts/${id}`);
  await page.getByRole('form', { name: 'Contact' }).waitFor();
}

export const input = (page, label) => page.getByRole('form', { name: 'Contact' }).getByLabel(label, { exact: true });

export const button = (page, name) => page.getByRole('button', { name, exact: true });

// save saves what was typed, and waits for what the page says.
export async function save(page) {
  await button(page, 'Save').click();
  await savedNote(page).waitFor();
}

// savedNote is what the page says after a save.
export const savedNote = (page) => page.getByRole('status').filter({ hasText: /^Saved/ });

// conflictDialog is where a person chooses between theirs and yours.
export const conflictDialog = (page) => page.getByRole('dialog', { name: 'Somebody else has changed the same' });

// choose takes a side for a field of the conflict.
export const choose = (page, label, side) =>
  conflictDialog(page)
    .getByRole('group', { name: label })
    .getByRole('radio', { name: new RegExp(`^${side}`) })
    .check();

// saysOf is the text of a column of a field of the conflict.
export async function columns(page, label) {
  const group = conflictDialog(page).getByRole('group', { name: label });
  const texts = await group.locator(':scope > div, :scope > label').allInnerTexts();
  return texts.map((text) => text.replaceAll('\n', ' ').trim());
}

// history is the section of the page with all that was done.
export const history = (page) => page.getByRole('region', { name: 'History' });

// written collects the mutations that a page sends: their names, variables and keys.
export function written(page) {
  const all = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith('/graphql')) return;
    const { operationName, query, variables } = request.postDataJSON();
    if (!query.startsWith('mutation') || /^Sign/.test(operationName)) return;
    all.push({ name: operationName, variables, key: request.headers()['idempotency-key'] });
  });
  return all;
}

const valuesOf = `version firstName lastName email phone preferredStore { storeId } company { companyId }
  logins { name type } segments { segmentId } properties { property { propertyId } values { value description } }`;

// stored is the contact as the server has it: its fields, and its properties, logins and segments as plain values.
export async function stored(id) {
  const { contact } = await graphql(`query ($id: ID!) { contact(id: $id) { ${valuesOf} } }`, { id: `${id}` }, 'demo-admin');
  if (contact === null) return null;
  const properties = contact.properties.map(({ property, values }) => [property.propertyId, values.map(({ value }) => value)]);
  return {
    ...contact,
    logins: contact.logins.map(({ name, type }) => `${name} ${type}`).sort(),
    segments: contact.segments.map(({ segmentId }) => segmentId),
    properties: Object.fromEntries(properties),
  };
}

// update writes fields of a contact past the pages, over whatever there is.
export async function update(id, set, key = 'demo-admin') {
  const input = { id: `${id}`, onConflict: 'OVERWRITE', set };
  const query = 'mutation ($input: UpdateContactInput!) { updateContact(input: $input) { change { id } errors { message } } }';
  return (await graphql(query, { input }, key)).updateContact.change.id;
}

// details writes properties, logins or segments of a contact past the pages, over whatever there is.
export async function details(id, what, key = 'demo-admin') {
  const input = { id: `${id}`, onConflict: 'OVERWRITE', ...what };
  const query =
    'mutation ($input: SetContactDetailsInput!) { setContactDetails(input: $input) { change { id } errors { message } } }';
  return (await graphql(query, { input }, key)).setContactDetails.change.id;
}

export const property = (propertyId, ...values) => ({
  properties: [{ propertyId: `${propertyId}`, values: values.map((value) => ({ value })) }],
});

// log is what was done to a contact, newest first.
export async function log(id, first = 50) {
  const query = `query ($id: ID!, $first: Int!) { contact(id: $id) {
    changes(first: $first) { id kind source undoes actor { type name } fields { path old new } } } }`;
  return (await graphql(query, { id: `${id}`, first }, 'demo-admin')).contact.changes;
}

// same fails unless some of the stored values are these.
export async function holds(id, expected) {
  const now = await stored(id);
  for (const [path, value] of Object.entries(expected)) assert.deepEqual(now[path], value, `${path} of contact ${id}`);
}

// changes is the items of the history, newest first.
export const changes = (page) => history(page).locator('.mantine-Timeline-item');
