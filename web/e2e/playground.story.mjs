// contacts: 20
// A developer tries the GraphQL API at /playground: the examples run as they stand, and the page helps to write others.
import assert from 'node:assert/strict';
import { agent, axe, eventually, expecting, graphql, look, person, signIn, step, story } from './harness.mjs';

// open shows the playground as it is when its editors can be used and it knows the schema.
async function open(page) {
  const known = page.waitForResponse((r) => r.request().postData()?.includes('IntrospectionQuery') ?? false);
  await page.goto('/playground');
  await editor(page, 'Operation Editor').locator('.view-line').first().waitFor();
  await known;
}

const editor = (page, name) => page.getByRole('region', { name, exact: true });

// has is the whole text of an editor: the page shows no more of it than fits.
const has = (page, name) =>
  page.evaluate((end) => {
    const models = globalThis.__MONACO.editor.getModels();
    return models.find((m) => m.uri.path.endsWith(end)).getValue();
  }, name);
const response = (page) => has(page, 'response.json');
const headers = (page) => has(page, 'request-headers.json');

const tab = (page, name) => page.getByRole('button', { name, exact: true });
const runs = (page) => page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' });
const stops = (page) => page.getByRole('button', { name: 'Stop query (Ctrl-Enter)' });

// run runs what is in the editor, and returns the answer.
async function run(page) {
  const asked = (r) => new URL(r.url()).pathname === '/graphql' && r.request().method() === 'POST';
  const [answered] = await Promise.all([page.waitForResponse(asked), runs(page).click()]);
  const answer = await answered.json();
  await eventually(async () => assert.deepEqual(JSON.parse(await response(page)), answer));
  return answer;
}

// write replaces what an editor has.
async function write(page, name, text) {
  await editor(page, name).locator('.view-lines:visible').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
  // The page takes over what was written a moment later.
  await page.waitForTimeout(300);
}

async function writeHeaders(page, text) {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await write(page, 'Headers', text);
  assert.equal(await headers(page), text);
}

const stored = async () => (await graphql('{ contact(id: 7) { version firstName lastName phone } }')).contact;
const rename = (firstName) =>
  graphql('mutation ($input: UpdateContactInput!) { updateContact(input: $input) { errors { code } } }', {
    input: { id: '7', onConflict: 'OVERWRITE', set: { firstName } },
  });
const nothingIsKept = async (page, ...secrets) => {
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  for (const secret of secrets) assert.ok(!kept.includes(secret), `${secret} is kept in the browser: ${kept}`);
};

await story(async () => {
  const page = await person('developer');
  const loaded = [];
  page.on('response', (r) => loaded.push(new URL(r.url()).pathname));
  await step('the playground is loaded', async () => {
    await open(page);
    assert.ok(loaded.some((path) => /\/assets\/(playground|graphql\.worker)-/.test(path)));
    assert.deepEqual(JSON.parse(await headers(page)), { 'X-ApiKey': 'demo-agent' });
    await look(page, 'playground');
  });

  await step('a query', async () => {
    const { data } = await run(page);
    assert.deepEqual([data.contacts.nodes[0].contactId, data.contacts.nodes[0].lastName], [7, 'Vogel']);
    await look(page, 'playground-result');
  });
  await step('a mutation of fields', async () => {
    await tab(page, 'UpdateContact').click();
    const { data } = await run(page);
    assert.deepEqual(data.updateContact.errors, []);
    const { version, lastName, phone } = await stored();
    assert.deepEqual([lastName, phone], ['Doe', '555 0107']);
    assert.equal(data.updateContact.contact.version, version);
  });
  await step('a mutation of properties', async () => {
    await tab(page, 'SetContactDetails').click();
    const { data } = await run(page);
    assert.deepEqual(data.setContactDetails.errors, []);
    const details = '{ contact(id: 7) { properties { property { propertyId } values { value } } } }';
    const { properties } = (await graphql(details)).contact;
    const hobby = properties.find((p) => p.property.propertyId === 9);
    assert.deepEqual(hobby.values, [{ value: 'Gardening' }]);
  });
  await step('the mutations again', async () => {
    for (const name of ['UpdateContact', 'SetContactDetails']) {
      await tab(page, name).click();
      const [payload] = Object.values((await run(page)).data);
      assert.deepEqual(payload.errors, [], name);
    }
  });
  const follow = async (firstName) => {
    await runs(page).click();
    await stops(page).waitFor();
    await eventually(async () => assert.equal(JSON.parse(await response(page)).data.contactChanges.contactId, 7));
    await rename(firstName);
    await eventually(async () => assert.match(await response(page), new RegExp(`"new": "${firstName}"`)));
  };
  await step('a subscription tells what somebody else writes', async () => {
    await tab(page, 'ContactChanges').click();
    await follow('Zoe');
    await stops(page).click();
    await runs(page).waitFor();
    assert.doesNotMatch(await response(page), /errors/);
  });

  await step('one is told which tab is open, and each can be closed by the keyboard', async () => {
    const tabs = page.getByRole('list', { name: 'Select active operation' }).getByRole('listitem');
    assert.equal(await tabs.count(), 4);
    const current = tabs.locator('[aria-current="true"]');
    assert.deepEqual(await current.allTextContents(), ['ContactChanges']);
    await tab(page, 'Contacts').focus();
    await page.keyboard.press('Enter');
    await eventually(async () => assert.deepEqual(await current.allTextContents(), ['Contacts']));
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.getByRole('button', { name: 'Close <untitled>' }).focus();
    await page.keyboard.press('Enter');
    await eventually(async () => assert.equal(await tabs.count(), 4));
  });

  await step('headers that are edited count for new subscriptions', async () => {
    await tab(page, 'ContactChanges').click();
    await writeHeaders(page, '{"X-ApiKey": "no-such-key"}');
    await runs(page).click();
    await eventually(async () => assert.match(await response(page), /closed with code 4403/));
    await runs(page).waitFor();
    await writeHeaders(page, '{"X-ApiKey": "demo-admin"}');
    await follow('Ida');
    await stops(page).click();
    await runs(page).waitFor();
  });
  await step('and for queries', async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await write(page, 'Operation Editor', '{ viewer { role } }');
    assert.equal((await run(page)).data.viewer.role, 'AGENT');
    await writeHeaders(page, '{"X-ApiKey": "demo-admin"}');
    assert.equal((await run(page)).data.viewer.role, 'ADMIN');
    await writeHeaders(page, '{"X-ApiKey": "no-such-key"}');
    await expecting(page, /console error: .* 401/, async () => assert.ok((await run(page)).errors));
  });

  await step('a query that is wrong is underlined', async () => {
    await write(page, 'Operation Editor', '{ contacts(first: 1) { totalCounts } }');
    await editor(page, 'Operation Editor').locator('.squiggly-error').first().waitFor();
    await writeHeaders(page, '{"X-ApiKey": "demo-agent"}');
    const { errors } = await expecting(page, /console error: .* 400/, () => run(page));
    assert.match(errors[0].message, /totalCounts/);
  });
  await step('fields are completed, and say what they are', async () => {
    await write(page, 'Operation Editor', '{ contacts(first: 1) {  } }');
    await page.keyboard.press('ArrowLeft');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('pag', { delay: 30 });
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'pageInfo' }).waitFor();
    await page.keyboard.press('Escape');
    await tab(page, 'Contacts').click();
    const { description } = await field('ContactConnection', 'totalCount');
    await editor(page, 'Operation Editor').getByText('totalCount', { exact: true }).hover();
    await page.locator('.monaco-hover-content', { hasText: description }).waitFor();
    await page.mouse.move(0, 0);
  });
  await step('the schema is beside it, with what it says', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Subscription', exact: true }).waitFor();
    await look(page, 'playground-schema');
    const search = page.getByRole('combobox', { name: 'Search the schema' });
    await search.fill('erase');
    await page
      .getByRole('option', { name: /eraseContact/ })
      .first()
      .waitFor();
    await axe(page);
    await search.fill('');
    await search.press('Escape');
    await page.getByRole('link', { name: 'Mutation', exact: true }).click();
    await page.getByRole('link', { name: 'updateContact', exact: true }).click();
    const { description } = await field('Mutation', 'updateContact');
    await page.locator('.graphiql-doc-explorer', { hasText: description.split('\n')[0] }).waitFor();
    await look(page, 'playground-field');
  });
  await step('the browser keeps no key', () => nothingIsKept(page, 'demo-agent', 'demo-admin', 'no-such-key', 'X-ApiKey'));

  await step('who has signed in to the console needs no key', async () => {
    const admin = await person('admin');
    await signIn(admin, { ...agent, login: 'admin@example.com' });
    await open(admin);
    await admin.getByRole('button', { name: 'New tab' }).click();
    await write(admin, 'Operation Editor', '{ viewer { role } }');
    await writeHeaders(admin, '');
    assert.equal((await run(admin)).data.viewer.role, 'ADMIN');
    await write(admin, 'Operation Editor', 'subscription { contactChanges(contactId: 7) { contactId fields { new } } }');
    await runs(admin).click();
    await stops(admin).waitFor();
    await eventually(async () => assert.equal(JSON.parse(await response(admin)).data.contactChanges.contactId, 7));
    await stops(admin).click();
    await nothingIsKept(admin, 'demo-agent', agent.password);
  });

  await step('no other page loads the editors', async () => {
    const other = await person('reader');
    const scripts = [];
    other.on('response', (r) => {
      if (r.request().resourceType() === 'script') scripts.push(r);
    });
    await signIn(other);
    for (const path of ['/contacts/7', '/docs', '/docs/graphql']) await other.goto(path, { waitUntil: 'networkidle' });
    assert.ok(scripts.length > 3);
    for (const script of scripts) assert.doesNotMatch(script.url(), /playground|monaco|graphiql|worker/);
  });
});

// field is what the schema says of a field.
async function field(type, name) {
  const { __type } = await graphql('query ($type: String!) { __type(name: $type) { fields { name description } } }', { type });
  return __type.fields.find((f) => f.name === name);
}
