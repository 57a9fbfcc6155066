import { execFileSync } from 'node:child_process';
import { agent } from './api';
import { checkAccessibility, checkAppearance, expect, signIn, test } from './fixtures';
import { PlaygroundPage } from './playground-page';

const id = 7;

interface Listed {
  contacts: { nodes: { contactId: number; lastName: string }[] };
}

interface Updated {
  updateContact: { errors: unknown[]; contact: { version: string } };
}

interface Viewer {
  viewer: { role: string };
}

test('a developer tries the GraphQL API in the playground', async ({
  api,
  newPage,
  step,
  expectErrors,
}) => {
  const page = await newPage('developer');
  const playground = new PlaygroundPage(page);
  const loaded: string[] = [];
  page.on('response', (r) => loaded.push(new URL(r.url()).pathname));
  const description = async (type: string, field: string) => {
    const { __type } = await api.query<{
      __type: { fields: { name: string; description: string }[] };
    }>('query ($type: String!) { __type(name: $type) { fields { name description } } }', { type });
    return (
      __type.fields.find(({ name }) => name === field)?.description ??
      `${type}.${field} has no description`
    );
  };

  await step('load the playground', async () => {
    await playground.open();
    expect(loaded.some((path) => /\/assets\/(playground|graphql\.worker)-/.test(path))).toBe(true);
    expect(JSON.parse(await playground.headers())).toEqual({ 'X-ApiKey': 'demo-agent' });
    await checkAppearance(page, 'playground');
  });

  await step('run a query', async () => {
    const { data } = await playground.run<Listed>();
    expect(data.contacts.nodes[0]).toMatchObject({ contactId: id, lastName: 'Vogel' });
    await checkAppearance(page, 'playground-result');
  });
  await step('run a mutation of fields', async () => {
    await playground.openTab('UpdateContact');
    const { updateContact } = (await playground.run<Updated>()).data;
    expect(updateContact.errors).toEqual([]);
    await api.expectStored(id, {
      lastName: 'Doe',
      phone: '555 0107',
      version: updateContact.contact.version,
    });
  });
  await step('run a mutation of properties', async () => {
    await playground.openTab('SetContactDetails');
    const { data } = await playground.run<{ setContactDetails: { errors: unknown[] } }>();
    expect(data.setContactDetails.errors).toEqual([]);
    expect((await api.stored(id)).properties[9]).toEqual(['Gardening']);
  });
  await step('run the mutations again', async () => {
    for (const name of ['UpdateContact', 'SetContactDetails']) {
      await playground.openTab(name);
      const [payload] = Object.values(
        (await playground.run<Record<string, { errors: unknown[] }>>()).data,
      );
      expect(payload?.errors, name).toEqual([]);
    }
  });

  // Runs the subscription, renames the contact, and waits until that is shown.
  const subscribeAndRename = async (firstName: string) => {
    await playground.subscribe(id);
    await api.update(id, { firstName }, 'demo-agent');
    await expect.poll(() => playground.response()).toContain(`"new": "${firstName}"`);
  };
  await step('a subscription shows the writes of others', async () => {
    await playground.openTab('ContactChanges');
    await subscribeAndRename('Zoe');
    await playground.unsubscribe();
    expect(await playground.response()).not.toMatch(/errors/);
  });

  await step('the current tab is announced, and tabs can be closed with the keyboard', async () => {
    const { currentTab, tabs } = playground;
    await expect(tabs).toHaveCount(4);
    await expect(currentTab).toHaveText(['ContactChanges']);
    await playground.button('Contacts').focus();
    await page.keyboard.press('Enter');
    await expect(currentTab).toHaveText(['Contacts']);
    await playground.expectOperation(/\bContacts\b/);
    await playground.openNewTab();
    await playground.button('Close <untitled>').focus();
    await page.keyboard.press('Enter');
    await expect(tabs).toHaveCount(4);
  });

  await step('edited headers apply to new subscriptions', async () => {
    await playground.openTab('ContactChanges');
    await playground.writeHeaders('{"X-ApiKey": "no-such-key"}');
    await playground.runButton.click();
    await expect.poll(() => playground.response()).toMatch(/closed with code 4403/);
    await playground.runButton.waitFor();
    await playground.writeHeaders('{"X-ApiKey": "demo-admin"}');
    await subscribeAndRename('Ida');
    await playground.unsubscribe();
  });
  await step('and to queries', async () => {
    await playground.openNewTab();
    await playground.write('Operation Editor', '{ viewer { role } }');
    expect((await playground.run<Viewer>()).data.viewer.role).toBe('AGENT');
    await playground.writeHeaders('{"X-ApiKey": "demo-admin"}');
    expect((await playground.run<Viewer>()).data.viewer.role).toBe('ADMIN');
    await playground.writeHeaders('{"X-ApiKey": "no-such-key"}');
    const { errors } = await expectErrors(page, /console error: .* 401/, () => playground.run());
    expect(errors).toBeTruthy();
  });

  const operationEditor = playground.editor('Operation Editor');
  await step('mistakes in a query are underlined', async () => {
    await playground.write('Operation Editor', '{ contacts(first: 1) { totalCounts } }');
    await operationEditor.locator('.squiggly-error').first().waitFor();
    await playground.writeHeaders('{"X-ApiKey": "demo-agent"}');
    const { errors } = await expectErrors(page, /console error: .* 422/, () => playground.run());
    expect(errors?.[0]?.message).toMatch(/totalCounts/);
  });
  await step('fields are completed, and described', async () => {
    await playground.write('Operation Editor', '{ contacts(first: 1) {  } }');
    await page.keyboard.press('ArrowLeft');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('pag', { delay: 30 });
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'pageInfo' }).waitFor();
    await page.keyboard.press('Escape');
    await playground.openTab('Contacts');
    await operationEditor.getByText('totalCount', { exact: true }).hover();
    await page
      .locator('.monaco-hover-content', {
        hasText: await description('ContactConnection', 'totalCount'),
      })
      .waitFor();
    await page.mouse.move(0, 0);
  });
  await step('the schema and its descriptions can be read there', async () => {
    await playground.button('Show Documentation Explorer').click();
    await page.getByRole('link', { name: 'Subscription', exact: true }).waitFor();
    await checkAppearance(page, 'playground-schema');
    const search = page.getByRole('combobox', { name: 'Search the schema' });
    await search.fill('erase');
    await page
      .getByRole('option', { name: /eraseContact/ })
      .first()
      .waitFor();
    await checkAccessibility(page);
    await search.fill('');
    await search.press('Escape');
    await page.getByRole('link', { name: 'Mutation', exact: true }).click();
    await page.getByRole('link', { name: 'updateContact', exact: true }).click();
    const [line = ''] = (await description('Mutation', 'updateContact')).split('\n');
    const shown = line.replaceAll('`', ''); // code has a font of its own
    await page.locator('.graphiql-doc-explorer', { hasText: shown }).waitFor();
    await checkAppearance(page, 'playground-field');
  });
  await step('the request is copied as curl, without the key', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await playground.openNewTab();
    await playground.write('Operation Editor', "# it's\n{ viewer { role } }");
    await playground.button('Copy as curl').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status').filter({ hasText: /^Copied as curl/ })).toBeVisible();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(command).toContain('X-ApiKey: YOUR-KEY');
    expect(command).not.toContain('demo-agent');
    const output = execFileSync('sh', ['-c', command.replace('YOUR-KEY', 'demo-agent')]);
    expect(JSON.parse(output.toString())).toMatchObject({ data: { viewer: { role: 'AGENT' } } });
  });
  await step('the browser stores no key', () =>
    playground.expectNotStored('demo-agent', 'demo-admin', 'no-such-key', 'X-ApiKey'),
  );

  await step('a user who is signed in at the console needs no key', async () => {
    const admin = await newPage('admin');
    await signIn(admin, { ...agent, login: 'admin@example.com' });
    const other = new PlaygroundPage(admin);
    await other.open();
    await other.openNewTab();
    await other.write('Operation Editor', '{ viewer { role } }');
    await other.writeHeaders('');
    expect((await other.run<Viewer>()).data.viewer.role).toBe('ADMIN');
    await other.write(
      'Operation Editor',
      'subscription { contactChanges(contactId: 7) { contactId fields { new } } }',
    );
    await other.subscribe(id);
    await other.stopButton.click();
    await other.expectNotStored('demo-agent', agent.password);
  });

  await step('no other page loads the editors', async () => {
    const reader = await newPage('reader');
    const scripts: string[] = [];
    reader.on('response', (r) => {
      if (r.request().resourceType() === 'script') scripts.push(r.url());
    });
    await signIn(reader);
    for (const path of ['/contacts/7', '/docs', '/docs/graphql'])
      await reader.goto(path, { waitUntil: 'networkidle' });
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) expect(script).not.toMatch(/playground|monaco|graphiql|worker/);
  });
});
