// contacts: 40
// The history of a contact says who did what, when and how, and takes it back.
import assert from 'node:assert/strict';
import * as contact from './contact.mjs';
import { button, changes, details, history, holds, open, property, update } from './contact.mjs';
import { agent, eventually, graphql, look, person, signIn, step, story, url } from './harness.mjs';

await story(async () => {
  const page = await person('agent');
  await step('sign in', () => signIn(page, agent));
  const items = changes(page);
  const says = (index) => items.nth(index).innerText();
  // one line of text a change, for its parts stand apart
  const newest = (expected) => eventually(async () => assert.match((await says(0)).replaceAll(/\s+/g, ' '), expected));
  const undo = (index) =>
    items
      .nth(index)
      .getByRole('button', { name: /^Undo the change of / })
      .click();
  const refusal = history(page).getByRole('alert').filter({ hasText: 'It cannot be undone' });

  await step('each kind of field in words', async () => {
    await open(page, 7);
    const at = String.raw`\d{1,2} \w+ \d{4}, \d\d:\d\d, by`;
    await update(7, { firstName: 'Eleonora', phone: null });
    await newest(new RegExp(`^Changed by demo-admin ${at} GraphQL .*First name: Nora → Eleonora`));
    await newest(/Phone: \(02\) 5550 0000 → –/);
    await update(7, { preferredStoreId: '8', companyId: '2', limitMailsPermanently: true });
    await newest(/Preferred store: Leeds → Berlin/);
    await newest(/Company: – → Example Outdoor/);
    await newest(/No mails at all: No → Yes/);
    await update(7, { limitMailsTemporarilyUntil: '2030-02-03T04:05:00Z' });
    await newest(/No mails until: – → 3 Feb 2030, 04:05/);
    await update(7, { newPassword: 'a secret of Nora' });
    await newest(/Password: •••••• → ••••••/);
    assert.equal(await items.first().getByRole('button').count(), 0, 'a password can be undone');
    await details(7, {
      logins: [
        { name: 'nora', type: 'BLANK' },
        { name: 'n@example.com', type: 'BOUNCED' },
      ],
      membership: ['1', '12'],
    });
    await newest(/Logins: nora\.vogel@example\.org \(Google account\) → n@example\.com \(Bounced email\), nora/);
    await newest(/Segments: New Arrivals, Product Tests, Students → Newsletter, Summer Campaign/);
    await details(7, { properties: [...property(4, '2001-02-03').properties, ...property(5, '1234567').properties] });
    await newest(/Birthday: 24 Jun 1993 → 3 Feb 2001/);
    await newest(/Household Size: – → 1,234,567/);
    await details(7, { properties: [...property(6, '12.50').properties, ...property(8, 'German').properties] });
    await newest(/Discount: – → 12\.50/);
    await newest(/Language: Swedish → German/);
    await details(7, property(9, 'chess', 'rowing'));
    await newest(/Interests: – → chess, rowing/);
  });

  await step('each door', async () => {
    const iservice = { contactID: 7, details: { properties: [{ propertyID: '1', values: [{ value: 'Nora' }] }] } };
    await send('POST', '/f/webapp-api-custinfo?api=setdetails', iservice);
    await newest(/^Changed by demo-agent .* by iService First name: Eleonora → Nora/);
    const now = await send('GET', '/api/v1/Contacts/7');
    await send('PUT', '/api/v1/Contacts/7', { ...now, LastName: 'Rest' });
    await newest(/^Changed by demo-agent .* by REST .*Last name: Vogel → Rest/);
    await look(page, 'history');
    await page.reload(); // read anew, it is the same
    await newest(/^Changed by demo-agent .* by REST .*Last name: Vogel → Rest/);
    const shown = (await items.allInnerTexts()).join('\n');
    for (const secret of ['a secret of Nora', 'null', 'undefined', '[object']) assert.ok(!shown.includes(secret), secret);
    assert.match(await items.last().innerText(), /^Created by the server[\s\S]*by Import/);
  });

  await step('page by page', async () => {
    for (let i = 1; i <= 45; i++) await update(8, { lastName: `Number ${i}` });
    await open(page, 8);
    await eventually(async () => assert.equal(await items.count(), 20));
    await update(8, { lastName: 'Number 46' }); // what arrives does not shift the pages
    await eventually(async () => assert.equal(await items.count(), 21));
    for (const count of [41, 47]) {
      await button(page, 'Older changes').click();
      await eventually(async () => assert.equal(await items.count(), count));
    }
    assert.equal(await button(page, 'Older changes').count(), 0);
    const numbers = (await items.allInnerTexts()).map((text) => /→ Number (\d+)/.exec(text)?.[1]);
    assert.deepEqual(numbers, [...Array.from({ length: 46 }, (_, i) => `${46 - i}`), undefined]);
  });

  await step('a change is undone, and the undoing', async () => {
    const { lastName, phone } = await contact.stored(9);
    await update(9, { lastName: 'Wrong', phone: '555 0109' });
    await update(9, { firstName: 'Later' });
    await open(page, 9);
    await undo(1);
    await newest(/^Undone by Demo Agent .*Phone: 555 0109 → .*Last name: Wrong → /);
    await holds(9, { lastName, phone, firstName: 'Later' });
    await eventually(async () => assert.equal(await contact.input(page, 'Last name').inputValue(), lastName));
    assert.match(await says(2), /undone since/);
    assert.equal(await items.nth(2).getByRole('button').count(), 0);
    await undo(0);
    await newest(/^Undone by Demo Agent .*Last name: .* → Wrong/);
    await holds(9, { lastName: 'Wrong', phone: '555 0109', firstName: 'Later' });
    assert.equal((await contact.log(9))[0].undoes, (await contact.log(9))[1].id);
  });

  await step('what later changes overlap is not undone', async () => {
    await update(10, { lastName: 'First', email: 'first@example.com', phone: '555 0110' });
    await update(10, { lastName: 'Second' });
    await update(10, { email: 'second@example.com' }, 'demo-agent');
    await open(page, 10);
    await undo(2);
    const text = (await refusal.innerText()).replaceAll(/\s+/g, ' ');
    assert.match(text, /Email \(demo-agent\)/);
    assert.match(text, /Last name \(demo-admin\)/);
    assert.doesNotMatch(text, /Phone/);
    await holds(10, { lastName: 'Second', email: 'second@example.com', phone: '555 0110' });
    await look(page, 'undo-refused');
    await undo(0);
    await newest(/^Undone by Demo Agent .*Email: second@example\.com → first@example\.com/);
    await refusal.waitFor({ state: 'detached' });
  });

  await step('a deletion is taken back', async () => {
    const before = await contact.stored(11);
    await open(page, 11);
    await button(page, 'Delete').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'This contact was deleted' }).waitFor();
    await page.getByText(/^By Demo Agent, /).waitFor();
    assert.equal(await contact.stored(11), null);
    await page.reload();
    await page.getByRole('heading', { name: 'This contact was deleted' }).waitFor();
    await look(page, 'deleted');
    await button(page, 'Bring it back').click();
    await page.getByRole('form', { name: 'Contact' }).waitFor();
    await newest(/^Undone by Demo Agent/);
    const { version: _, ...after } = await contact.stored(11);
    const { version: __, ...wanted } = before;
    assert.deepEqual(after, wanted);
    assert.equal(await items.count(), 3, 'a change is there twice, or not at all');
    await update(11, { firstName: 'Followed' }); // it is followed again
    await newest(/First name: .* → Followed/);
  });

  await step('a contact that was deleted long ago is found by its address', async () => {
    await graphql(
      'mutation { deleteContact(input: {id: "12", onConflict: OVERWRITE}) { errors { message } } }',
      {},
      'demo-admin',
    );
    await page.goto('/contacts/12');
    await page.getByText(/^By demo-admin, /).waitFor();
    await page.goto('/contacts/999999');
    await page.getByRole('heading', { name: 'There is no such contact' }).waitFor();
  });
});

// send asks a REST door.
async function send(method, path, body) {
  const headers = { 'X-ApiKey': 'demo-agent', 'Content-Type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
