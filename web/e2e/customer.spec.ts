import type { Page } from '@playwright/test';
import { customer, customerId } from './api';
import { ContactPage, expectDisplayed } from './contact-page';
import { checkAppearance, expect, signIn, test } from './fixtures';

interface PropertyDefinition {
  propertyId: number;
  name: string;
  multiple: boolean;
  boundTo: string | null;
}

interface Listed {
  contacts: { nodes: { contactId: number; email: string | null; phone: string | null }[] };
}

test.use({ contacts: 40 });

test('a customer sees and edits only their own contact, and learns nothing of others', async ({
  api,
  newPage,
  step,
}) => {
  const page = await newPage('customer');
  const received = collectResponses(page);
  const contact = new ContactPage(page);
  const main = page.getByRole('main');

  await step('signing in leads to the own page', async () => {
    await api.update(customerId, { phone: '555 0466' }, 'demo-agent'); // so that staff is in its history
    await signIn(page, customer);
    await page.waitForURL(`**/contacts/${customerId}`);
    await contact.form.waitFor();
    await contact.heading(await api.name(customerId)).waitFor();
    await expect(page.getByRole('navigation').getByRole('link').first()).toHaveText('My details');
    await expect(contact.button('Delete')).toHaveCount(0);
    await page.getByText('Created by').waitFor();
    await checkAppearance(page, 'customer');
  });

  await step('exactly the fields that the server names as writable have inputs', async () => {
    const { writablePaths } = (await queryAs(page, '{ viewer { writablePaths } }')).data.viewer as {
      writablePaths: string[];
    };
    const labels: Record<string, string> = {
      firstName: 'First name',
      lastName: 'Last name',
      email: 'Email',
      phoneCountryCode: 'Country code',
      phone: 'Phone',
      preferredStoreId: 'Preferred store',
      companyId: 'Company',
      latestPermissionSource: 'Permission source',
      limitMailsPermanently: 'No marketing email',
      limitMailsTemporarilyUntil: 'No marketing email until',
      membership: 'Segments',
    };
    const document = '{ properties { propertyId name multiple boundTo readOnly } }';
    const { properties } = await api.query<{ properties: PropertyDefinition[] }>(document);
    for (const { propertyId, name, multiple, boundTo } of properties) {
      if (!multiple && boundTo === null) labels[`properties.${propertyId}`] = name;
    }
    for (const [path, label] of Object.entries(labels)) {
      const named = new RegExp(`^${label}\\s*\\*?$`); // with a star if it is required
      const inputs = await main.locator('input').and(main.getByLabel(named)).count();
      expect(inputs > 0, `${label} (${path}) has an input`).toBe(writablePaths.includes(path));
      await main.getByText(named).first().waitFor(); // it is shown in any case
    }
    for (const path of ['companyId', 'latestPermissionSource', 'membership', 'properties.7']) {
      expect(writablePaths).not.toContain(path);
    }
  });

  await step('save', async () => {
    await contact.input('First name').fill('Renamed');
    await contact.input('Middle Initial').fill('R');
    await contact.save();
    await expect(contact.savedNote.getByRole('listitem')).toHaveCount(0);
    await api.expectStored(customerId, { firstName: 'Renamed' });
    expect((await api.stored(customerId)).properties[2]).toEqual(['R']);
    expect((await api.changes(customerId))[0]?.actor?.type).toBe('CONTACT');
  });

  await step('history and live changes do not name staff', async () => {
    await api.update(customerId, { lastName: 'Bystaff' }, 'demo-agent');
    await expect(contact.input('Last name')).toHaveValue('Bystaff');
    await page.getByText(/^Changed by staff, /).waitFor();
    await contact.expectNewest(/^Changed by staff/);
    await expect(contact.changes.filter({ hasText: /^Changed by the customer/ })).not.toHaveCount(
      0,
    );
    expect(await contact.history.innerText()).not.toMatch(/demo-agent|demo-admin|Demo A/);
  });

  await step('nor does a conflict', async () => {
    await contact.input('Email').fill('mine@example.com');
    await api.update(customerId, { email: 'staff@example.com' }, 'demo-agent');
    await contact.button('Save').click();
    await expectDisplayed(contact.conflictColumns('Email').nth(1), /staff@example\.com staff, \d/);
    await contact.choose('Email', 'Yours');
    await contact.saveChoices();
    await api.expectStored(customerId, { email: 'mine@example.com' });
  });

  await step('change the password, which takes the current one', async () => {
    const dialog = page.getByRole('dialog', { name: 'Set password' });
    const current = dialog.getByLabel('Current password', { exact: true });
    await contact.button('Set password').click();
    await current.fill('not the password');
    await dialog.getByLabel('New password', { exact: true }).fill('another-password');
    await dialog.getByRole('button', { name: 'Set password' }).click();
    await dialog.getByText('The current password is wrong.').waitFor();
    await checkAppearance(page, 'wrong-password');
    await current.fill(customer.password);
    await dialog.getByRole('button', { name: 'Set password' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.reload(); // the session stays valid
    await contact.form.waitFor();
    await contact.button('Sign out').click();
    await contact.button('Sign in').waitFor();
    await signIn(page, { ...customer, password: 'another-password' });
    await contact.form.waitFor();
  });

  await step('no address shows anything else', async () => {
    const others = [7, 11, 999_999, 1_000_001]; // two of the account, a missing one, and one of another account
    const texts = new Set<string>();
    for (const id of others) {
      await page.goto(`/contacts/${id}`);
      await page.getByRole('heading', { name: 'Contact not found' }).waitFor();
      texts.add(await main.innerText());
    }
    expect([...texts], 'existing and missing contacts look the same').toHaveLength(1);
    await checkAppearance(page, 'customer-no-contact');
    await page.goto('/contacts/new');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect(main.getByRole('textbox')).toHaveCount(0);
    for (const place of ['stores', 'companies', 'segments', 'properties']) {
      await page.goto(`/manage/${place}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect(main.getByRole('textbox'), place).toHaveCount(0);
      await expect(main, place).not.toContainText(/Example Outdoor|Surveys|Household/);
    }
    await page.goto('/');
    await page.waitForURL(`**/contacts/${customerId}`);
    await page.goto('/?search=nora');
    await page.waitForURL(`**/contacts/${customerId}`);
  });

  await step('no response to the page contains anything else', async () => {
    const { contacts } = await api.query<Listed>(
      '{ contacts(first: 60) { nodes { contactId email phone } } }',
    );
    const others = contacts.nodes.filter(({ contactId }) => contactId !== customerId);
    expect(others.length).toBeGreaterThanOrEqual(40);
    const all = (await received()).join('\n');
    expect(all.includes('mine@example.com'), 'something was received').toBe(true);
    const leaked = others.filter(
      ({ email, phone }) => (email && all.includes(email)) || (phone && all.includes(phone)),
    );
    expect(leaked).toEqual([]);
    for (const name of [
      'demo-agent',
      'demo-admin',
      'Demo Agent',
      'Demo Admin',
      'Example Outdoor',
    ]) {
      expect(all.includes(name), `${name} is in a response`).toBe(false);
    }
  });

  await step('nor does a response to other queries with its session', async () => {
    const responses = [
      await queryAs(page, '{ contact(id: "7") { email } }'),
      await queryAs(page, '{ contacts(first: 60) { nodes { email } } }'),
      await queryAs(
        page,
        '{ contactChanges(contactId: "7", first: 10) { changes { fields { new } } } }',
      ),
      await queryAs(page, '{ companies { name } segments { name } }'),
    ];
    expect(JSON.stringify(responses)).not.toMatch(/nora\.vogel|Example Outdoor|Surveys/);
  });
});

/** Runs a query as the page does, with its session. */
function queryAs(page: Page, query: string): Promise<{ data: Record<string, unknown> }> {
  return page.evaluate(async (query) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return response.json();
  }, query);
}

/** Collects all that the server sends to the page, apart from the page's own code. */
function collectResponses(page: Page): () => Promise<string[]> {
  const all: (string | Promise<string>)[] = [];
  page.on('response', (response) => {
    if (!/\/graphql|\/api\//.test(response.url())) return;
    all.push(response.text().catch(() => '')); // the page was left before the response had arrived
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => all.push(payload.toString())),
  );
  return () => Promise.all(all);
}
