// contacts: 40
// A customer sees and edits its own contact, as far as it may, and learns nothing of others.
import assert from 'node:assert/strict';
import * as contact from './contact.mjs';
import { button, changes, history, input, savedNote } from './contact.mjs';
import { customer, eventually, graphql, look, person, signIn, step, story } from './harness.mjs';

const own = 466; // the contact that the login is of

await story(async () => {
  const page = await person('customer');
  const heard = listen(page);
  const main = page.getByRole('main');

  await step('it comes to its own page', async () => {
    await contact.update(own, { phone: '555 0466' }, 'demo-agent'); // so that staff is in its history
    await signIn(page, customer);
    await page.waitForURL(`**/contacts/${own}`);
    await page.getByRole('form', { name: 'Contact' }).waitFor();
    const { firstName, lastName } = await contact.stored(own);
    await page.getByRole('heading', { name: `${firstName} ${lastName}`, level: 1 }).waitFor();
    assert.equal(await page.getByRole('navigation').getByRole('link').first().innerText(), 'My details');
    assert.equal(await button(page, 'Delete').count(), 0);
    await look(page, 'customer');
  });

  await step('it can write what the server says, and no more', async () => {
    const { writablePaths } = (await ask(page, '{ viewer { writablePaths } }')).data.viewer;
    const { properties } = await graphql('{ properties { propertyId name multiple boundTo readOnly } }');
    const labels = {
      firstName: 'First name',
      lastName: 'Last name',
      email: 'Email',
      phoneCountryCode: 'Country code',
      phone: 'Phone',
      preferredStoreId: 'Preferred store',
      companyId: 'Company',
      latestPermissionSource: 'Permission source',
      limitMailsPermanently: 'No mails at all',
      limitMailsTemporarilyUntil: 'No mails until',
      membership: 'Segments',
    };
    for (const { propertyId, name, multiple, boundTo } of properties) {
      if (!multiple && boundTo === null) labels[`properties.${propertyId}`] = name;
    }
    for (const [path, label] of Object.entries(labels)) {
      const named = new RegExp(`^${label}\\s*\\*?$`); // with a star if it is required
      const editors = await main.locator('input').and(main.getByLabel(named)).count();
      assert.equal(editors > 0, writablePaths.includes(path), `${label} (${path})`);
      await main.getByText(named).first().waitFor(); // it sees it all the same
    }
    for (const path of ['companyId', 'latestPermissionSource', 'membership', 'properties.7']) {
      assert.ok(!writablePaths.includes(path), path);
    }
  });

  await step('it saves', async () => {
    await input(page, 'First name').fill('Renamed');
    await input(page, 'Middle Initial').fill('R');
    await contact.save(page);
    assert.equal(await savedNote(page).getByRole('listitem').count(), 0);
    await contact.holds(own, { firstName: 'Renamed' });
    assert.deepEqual((await contact.stored(own)).properties[2], ['R']);
    assert.equal((await contact.log(own))[0].actor.type, 'CONTACT');
  });

  await step('history and news do not name staff', async () => {
    await contact.update(own, { lastName: 'Bystaff' }, 'demo-agent');
    await input(page, 'Last name').and(page.locator('[value="Bystaff"]')).waitFor();
    await page.getByText(/^Changed by staff, /).waitFor();
    await eventually(async () => assert.match(await changes(page).first().innerText(), /^Changed by staff/));
    const texts = await changes(page).allInnerTexts();
    assert.ok(
      texts.some((text) => /^Changed by the customer/.test(text)),
      texts.join('\n\n'),
    );
    assert.doesNotMatch(await history(page).innerText(), /demo-agent|demo-admin|Demo A/);
  });

  await step('in a conflict neither', async () => {
    await input(page, 'Email').fill('mine@example.com');
    await contact.update(own, { email: 'staff@example.com' }, 'demo-agent');
    await button(page, 'Save').click();
    await contact.conflictDialog(page).waitFor();
    assert.match((await contact.columns(page, 'Email'))[1], /staff@example\.com staff, \d/);
    await contact.choose(page, 'Email', 'Yours');
    await button(page, 'Save what is chosen').click();
    await savedNote(page).waitFor();
    await contact.holds(own, { email: 'mine@example.com' });
  });

  await step('it changes its password, which it must know', async () => {
    const dialog = page.getByRole('dialog', { name: 'Set password' });
    await button(page, 'Set password').click();
    await dialog.getByLabel('Current password', { exact: true }).fill('not the password');
    await dialog.getByLabel('New password', { exact: true }).fill('another-password');
    await dialog.getByRole('button', { name: 'Set password' }).click();
    await dialog.getByText('The current password is another.').waitFor();
    await look(page, 'wrong-password');
    await dialog.getByLabel('Current password', { exact: true }).fill(customer.password);
    await dialog.getByRole('button', { name: 'Set password' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.reload(); // this session goes on
    await page.getByRole('form', { name: 'Contact' }).waitFor();
    await button(page, 'Sign out').click();
    await button(page, 'Sign in').waitFor();
    await signIn(page, { ...customer, password: 'another-password' });
    await page.getByRole('form', { name: 'Contact' }).waitFor();
  });

  await step('no address shows it anything else', async () => {
    const others = [7, 11, 999_999, 1_000_001]; // two of the account, none, and one of another account
    const pages = [];
    for (const id of others) {
      await page.goto(`/contacts/${id}`);
      await page.getByRole('heading', { name: 'There is no such contact' }).waitFor();
      pages.push(await main.innerText());
    }
    assert.equal(new Set(pages).size, 1, 'one can tell those that there are from those that there are not');
    await look(page, 'customer-no-contact');
    await page.goto('/contacts/new');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await main.getByRole('textbox').count(), 0);
    for (const place of ['stores', 'companies', 'segments', 'properties']) {
      await page.goto(`/manage/${place}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await main.getByRole('textbox').count(), 0, place);
      assert.doesNotMatch(await main.innerText(), /Example Outdoor|Surveys|Household/, place);
    }
    await page.goto('/');
    await page.waitForURL(`**/contacts/${own}`);
    await page.goto('/?search=nora');
    await page.waitForURL(`**/contacts/${own}`);
  });

  await step('nor does any answer', async () => {
    const { contacts } = await graphql('{ contacts(first: 60) { nodes { contactId email phone } } }');
    const theirs = contacts.nodes.filter(({ contactId }) => contactId !== own);
    assert.ok(theirs.length >= 40);
    const all = (await heard()).join('\n');
    assert.ok(all.includes('mine@example.com'), 'nothing was heard');
    const seen = theirs.filter(({ email, phone }) => (email && all.includes(email)) || (phone && all.includes(phone)));
    assert.deepEqual(seen, []);
    for (const name of ['demo-agent', 'demo-admin', 'Demo Agent', 'Demo Admin', 'Example Outdoor']) {
      assert.ok(!all.includes(name), `${name} is in an answer`);
    }
  });

  await step('nor one that it asks for past the pages', async () => {
    const answers = [
      await ask(page, '{ contact(id: "7") { email } }'),
      await ask(page, '{ contacts(first: 60) { nodes { email } } }'),
      await ask(page, '{ contactChanges(contactId: "7", first: 10) { changes { fields { new } } } }'),
      await ask(page, '{ companies { name } segments { name } }'),
    ];
    assert.doesNotMatch(JSON.stringify(answers), /nora\.vogel|Example Outdoor|Surveys/);
  });
});

// ask asks the server as the page does, with its session.
function ask(page, query) {
  return page.evaluate(async (query) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.json();
  }, query);
}

// listen keeps all that the server says to the page, but for its program.
function listen(page) {
  const all = [];
  page.on('response', (response) => {
    if (!/\/graphql|\/api\//.test(response.url())) return;
    all.push(response.text().catch(() => '')); // of a page that was left
  });
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => all.push(payload.toString())));
  return () => Promise.all(all);
}
