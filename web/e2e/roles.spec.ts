import type { Page } from '@playwright/test';
import { admin, type Credentials } from './api';
import { ContactListPage } from './contact-list-page';
import { ContactPage, collectMutations } from './contact-page';
import { controls } from './controls';
import { checkAppearance, expect, signIn, test } from './fixtures';

const temp: Credentials = {
  account: admin.account,
  login: 'temp@example.com',
  password: 'the-first-password',
};

const contactId = 9;

test('an admin limits with a role what a user sees and edits of contacts', async ({
  adminPage: page,
  api,
  newPage,
  step,
}) => {
  const { button, field, dialog, row, open } = controls(page);
  const level = (title: string, name: string) =>
    dialog(title).getByRole('radio', { name, exact: true });
  const submit = async (title: string, label: string) => {
    await button(label, dialog(title)).click();
    await dialog(title).waitFor({ state: 'detached' });
  };

  await api.update(contactId, {
    firstName: 'Odile',
    lastName: 'Krantz',
    email: 'hidden@example.com',
    phone: '555 0109',
  });

  await step('create a role that hides the email, and lets the phone only be read', async () => {
    await open('Roles');
    await page.getByText('No roles yet.').waitFor();
    await button('New role').click();
    await expect(field('Name', dialog('New role'))).toBeFocused();
    await page.keyboard.type('Support');
    await expect(level('New role', 'Email: Write')).toBeChecked();
    await expect(level('New role', 'Secret: Read')).toBeChecked();
    await expect(level('New role', 'Secret: Write')).toHaveCount(0);
    await expect(level('New role', 'Password: Read')).toHaveCount(0);
    await level('New role', 'Email: None').check();
    await level('New role', 'Phone: Write').focus(); // the keys move the choice
    await page.keyboard.press('ArrowLeft');
    await expect(level('New role', 'Phone: Read')).toBeChecked();
    await expect(
      level('New role', 'Everything else, also properties added later: Write'),
    ).toBeChecked();
    await checkAppearance(page, 'role-new');
    await submit('New role', 'Create');
    await expect(row('Support')).toContainText(
      'Reads all fields except Email; writes all of them except Phone',
    );
  });

  await step('a name that is taken is refused at its input', async () => {
    await button('New role').click();
    await field('Name', dialog('New role')).fill('support');
    await button('Create', dialog('New role')).click();
    await expect(field('Name', dialog('New role'))).toHaveAccessibleDescription(
      'Another role has this name.',
    );
    await expect(dialog('New role').getByRole('alert')).toHaveCount(0);
    await field('Name', dialog('New role')).fill('Read-only');
    await button('Set all fields to Read', dialog('New role')).click();
    await expect(level('New role', 'Password: None')).toBeChecked();
    await submit('New role', 'Create');
    await expect(row('Read-only')).toContainText('Reads all fields; writes nothing');
    await checkAppearance(page, 'roles');
  });

  await step('create a user and an API key with the role', async () => {
    await open('People');
    await button('New user').click();
    await field('Name', dialog('New user')).fill('Temp');
    await field('Login', dialog('New user')).fill(temp.login);
    await field('Role', dialog('New user')).selectOption('Support');
    await dialog('New user').getByRole('textbox', { name: 'Password' }).fill(temp.password);
    await submit('New user', 'Create');
    await expect(row('Temp')).toContainText('Support');
    await open('API keys');
    await button('New API key').click();
    await field('Name', dialog('New API key')).fill('Till');
    await field('Role', dialog('New API key')).selectOption('Support');
    await dialog('New API key').getByRole('combobox', { name: 'Segment' }).click();
    await page.getByRole('option', { name: 'Birthday Offers' }).click();
    await submit('New API key', 'Create');
    await submit('Token of Till', 'Close');
    await expect(row('Till')).toContainText('Support, only contacts in Birthday Offers');
    await open('Roles');
    await expect(row('Support')).toContainText('1 user, 1 API key');
  });

  const other = await newPage('temp');
  const requests = collectFailures(other);
  const sent = collectMutations(other);
  const list = new ContactListPage(other);
  const contact = new ContactPage(other);
  const main = other.getByRole('main');

  await step('the list of the user has no email, and cannot be sorted by one', async () => {
    await signIn(other, temp);
    await list.contact(contactId).waitFor();
    const headings = await other.getByRole('columnheader').allInnerTexts();
    expect(headings.map((text) => text.replace(/[▲▼]/, '').trim())).toEqual([
      '', // of the checkboxes
      'ID',
      'Name',
      'Phone',
      'Preferred store',
      'Last changed',
    ]);
    await expect(list.search).toHaveAttribute('placeholder', 'Name, phone or company');
    await list.sortBy('Name');
    await list.search.fill('Odile Krantz');
    await list.link('Odile Krantz').waitFor();
    await expect(main).not.toContainText('@example');
    await checkAppearance(other, 'role-contacts');
    await list.search.fill('hidden@example.com');
    await other.getByText('No contacts found.').waitFor();
  });

  await step('the contact has no email, and no input for the phone', async () => {
    await contact.open(contactId);
    await expect(contact.input('First name')).toHaveValue('Odile');
    await expect(contact.form.getByText('Email', { exact: true })).toHaveCount(0);
    await expect(contact.form.getByText('Phone', { exact: true })).toBeVisible();
    await expect(contact.input('Phone')).toHaveCount(0);
    await expect(contact.form.getByText('555 0109')).toBeVisible();
    await expect(contact.button('Delete')).toHaveCount(0);
    await expect(contact.button('Set password')).toHaveCount(1);
    await contact.expectNewest(/Phone: .* → 555 0109/);
    await expect(contact.changes.first().getByRole('button')).toHaveCount(0);
    await expect(main).not.toContainText('hidden@example.com');
    await checkAppearance(other, 'role-contact');
  });

  await step('the user edits the first name, and nothing else is sent', async () => {
    await contact.input('First name').fill('Odette');
    await contact.save();
    await api.expectStored(contactId, {
      firstName: 'Odette',
      email: 'hidden@example.com',
      phone: '555 0109',
    });
    expect(sent.map(({ variables }) => variables.input.set)).toEqual([{ firstName: 'Odette' }]);
    await contact.changes
      .first()
      .getByRole('button', { name: /^Undo the change of / })
      .click();
    await contact.expectNewest(/^Undo by Temp .*First name: Odette → Odile/);
  });

  await step('a conflict has no hidden fields', async () => {
    await contact.input('Last name').fill('Mine');
    await api.update(contactId, { lastName: 'Theirs', email: 'new@example.com' });
    await contact.button('Save').click();
    await contact.choose('Last name', 'Yours');
    await expect(contact.conflictDialog).not.toContainText(/Email|new@example/);
    await contact.saveChoices();
    await api.expectStored(contactId, { lastName: 'Mine', email: 'new@example.com' });
  });

  await step('the user creates a contact, without the hidden and the read-only field', async () => {
    await other.goto('/contacts/new');
    await field('First name', other).fill('Brand');
    for (const label of ['Email', 'Phone']) await expect(field(label, other)).toHaveCount(0);
    await button('Create', other).click();
    await contact.heading('Brand').waitFor();
  });

  await step('a deleted contact is shown, and cannot be restored', async () => {
    await api.delete(11);
    await other.goto('/contacts/11');
    await contact.heading('This contact was deleted').waitFor();
    await expect(contact.button('Restore')).toHaveCount(0);
  });

  await step('the admin lets the role read only the phone, and write the segments', async () => {
    await button('Edit Support').click();
    await button('Set all fields to None', dialog('Edit Support')).click();
    await level('Edit Support', 'Phone: Read').check();
    await level('Edit Support', 'Segments: Write').check();
    await level('Edit Support', 'Language: Read').check();
    await submit('Edit Support', 'Save');
    await expect(row('Support')).toContainText('Reads Phone, Language, Segments; writes Segments');
  });

  await step('the pages of the user follow', async () => {
    await contact.open(contactId);
    await contact.heading(`Contact ${contactId}`).waitFor();
    await expect(contact.form.getByText('555 0109')).toBeVisible();
    await expect(contact.form.getByText('Language', { exact: true })).toBeVisible();
    await expect(contact.form.getByRole('textbox')).toHaveCount(0);
    await expect(contact.form.getByRole('combobox')).toHaveCount(1); // for the segments
    await expect(contact.button('Set password')).toHaveCount(0);
    await expect(main).not.toContainText(/Odile|Mine|example\.com/);
    await checkAppearance(other, 'role-contact-narrow');
    await other.goto('/?q=Odile&store=4&company=2&sort=NAME-DESC'); // a link from another user
    await list.contact(contactId).waitFor();
    const headings = await other.getByRole('columnheader').allInnerTexts();
    expect(headings.map((text) => text.replace(/[▲▼]/, '').trim())).toEqual([
      '', // of the checkboxes
      'ID',
      'Contact',
      'Last changed',
    ]);
    await expect(list.search).toHaveCount(0);
    await expect(other.getByRole('combobox')).toHaveCount(1); // for segments
    await expect(list.contact(contactId)).toHaveText(`Contact ${contactId}`);
    await checkAppearance(other, 'role-contacts-narrow');
  });

  await step('who may write nothing cannot create contacts', async () => {
    await button('Edit Support').click();
    await button('Set all fields to Read', dialog('Edit Support')).click();
    await submit('Edit Support', 'Save');
    await other.goto('/');
    await list.contact(contactId).waitFor();
    await expect(other.getByRole('link', { name: 'New contact' })).toHaveCount(0);
    await other.goto('/contacts/new');
    await contact.heading('Page not found').waitFor();
    expect(await requests()).toEqual([]);
  });

  await step('a role that is used is not deleted, which is explained', async () => {
    await button('Delete Support').click();
    await button('Delete', dialog('Delete role Support?')).click();
    await expect(dialog('Delete role Support?').getByRole('alert')).toContainText(
      'Users or API keys have this role: give them another one first.',
    );
    await checkAppearance(page, 'role-in-use');
    await button('Cancel', dialog('Delete role Support?')).click();
    await button('Delete Read-only').click();
    await submit('Delete role Read-only?', 'Delete');
    await expect(row('Read-only')).toHaveCount(0);
  });

  await step('without users and API keys it is', async () => {
    await open('People');
    await button('Edit Temp').click();
    await expect(field('Role', dialog('Edit Temp')).locator('option:checked')).toHaveText(
      'Support',
    );
    await field('Role', dialog('Edit Temp')).selectOption('Agent');
    await submit('Edit Temp', 'Save');
    await expect(row('Temp')).toContainText('Agent');
    await open('API keys');
    await button('Revoke Till').click();
    await submit('Revoke Till?', 'Revoke');
    await open('Roles');
    await button('Delete Support').click();
    await submit('Delete role Support?', 'Delete');
    await page.getByText('No roles yet.').waitFor();
    await contact.open(contactId);
    await expect(contact.input('Email')).toHaveValue('new@example.com');
    await open('Activity');
    await page.getByText('Demo Admin created the role Support.').waitFor();
    await page.getByText('Demo Admin deleted the role Support.').waitFor();
  });

  await step('an agent has no page for roles', async () => {
    await expect(other.locator('a[href="/manage/roles"]')).toHaveCount(0);
    await other.goto('/manage/roles');
    await contact.heading('Page not found').waitFor();
  });
});

/** Collects the GraphQL responses to a page that have errors. */
function collectFailures(page: Page): () => Promise<string[]> {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('/graphql')) bodies.push(response.text().catch(() => '')); // the page was left
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => bodies.push(Promise.resolve(payload.toString()))),
  );
  return async () =>
    (await Promise.all(bodies)).filter((body) => /^\{"errors":|"type":"error"/.test(body));
}
