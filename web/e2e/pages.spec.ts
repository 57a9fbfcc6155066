import { checkAppearance, test } from './fixtures';

test.use({ contacts: 200 });

test('every page in its important states is accessible, light and dark, on a desktop and on a phone', async ({
  adminPage: page,
  api,
  step,
}) => {
  const button = (name: string, scope: Pick<typeof page, 'getByRole'> = page) =>
    scope.getByRole('button', { name, exact: true });
  const dialog = page.getByRole('dialog');
  const open = async (path: string, heading: string | RegExp) => {
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };

  await step('contacts', async () => {
    await page.getByRole('row').nth(5).waitFor();
    await checkAppearance(page, 'contacts');
    await page.getByRole('searchbox').fill('no such name');
    await page.getByText('No contacts found.').waitFor();
    await checkAppearance(page, 'contacts-none');
  });

  await step('a contact', async () => {
    await open('/contacts/1', /./);
    await page.getByText('Created by').waitFor();
    await checkAppearance(page, 'contact');
  });

  await step('a contact with changes', async () => {
    await page.getByLabel('First name').fill('A name that is so long that it wraps in the head');
    await button('Save').click();
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    await checkAppearance(page, 'contact-saved');
    await page.getByLabel('Last name').fill('Unsaved');
    await button('Add Interests').click();
    await checkAppearance(page, 'contact-unsaved');
    await button('Discard').click();
  });

  await step('its dialogs', async () => {
    await button('Set password').click();
    await dialog.waitFor();
    await checkAppearance(page, 'contact-password');
    await page.keyboard.press('Escape');
    await button('Delete').click();
    await dialog.waitFor();
    await checkAppearance(page, 'contact-delete');
    await page.keyboard.press('Escape');
  });

  await step('a deleted contact, and a missing one', async () => {
    await api.delete(2);
    await open('/contacts/2', 'This contact was deleted');
    await checkAppearance(page, 'contact-deleted');
    await open('/contacts/99999', 'Contact not found');
    await checkAppearance(page, 'contact-none');
  });

  await step('a new contact', async () => {
    await open('/contacts/new', 'New contact');
    await checkAppearance(page, 'new-contact');
  });

  await step('reference data', async () => {
    await open('/manage/stores', 'Stores');
    await button('Rename London').click();
    await checkAppearance(page, 'stores');
    await button('Delete Paris').click();
    await button('Delete', dialog).click();
    await dialog.getByRole('alert').waitFor();
    await checkAppearance(page, 'store-refused');
  });

  await step('properties', async () => {
    await open('/manage/properties', 'Properties');
    await checkAppearance(page, 'properties');
    await button('Edit Language').click();
    await dialog.waitFor();
    await checkAppearance(page, 'property-dialog');
    await page.keyboard.press('Escape');
  });

  await step('settings', async () => {
    for (const [name, title, content] of [
      ['people', 'People', 'Demo Agent'],
      ['api-keys', 'API keys', 'demo-agent'],
      ['account', 'Account', 'Save'],
      ['security', 'Security', /this session/],
    ] as const) {
      await open(`/manage/${name}`, title);
      await page.getByRole('main').getByText(content).first().waitFor();
      await checkAppearance(page, name);
    }
  });

  await step('an unknown page', async () => {
    await open('/manage/nothing', 'Page not found');
    await checkAppearance(page, 'no-page');
  });

  await step('the menu on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await button('Menu').click();
    await page.getByRole('link', { name: 'Properties' }).waitFor();
    await checkAppearance(page, 'menu');
  });
});
