// contacts: 200
// Every page, in each of its important states: everybody can use it, by day and by night, at a desk and on a phone.
import { admin, customer, graphql, look, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('admin');
  const button = (name, scope = page) => scope.getByRole('button', { name, exact: true });
  const heading = (name) => page.getByRole('heading', { level: 1, name });
  const open = async (path, name) => {
    await page.goto(path);
    await heading(name).waitFor();
  };

  await step('contacts', async () => {
    await signIn(page, admin);
    await page.getByRole('row').nth(5).waitFor();
    await look(page, 'contacts');
    await page.getByRole('searchbox').fill('nobody at all');
    await page.getByText('No contact matches.').waitFor();
    await look(page, 'contacts-none');
  });

  await step('a contact', async () => {
    await open('/contacts/1', /./);
    await page.getByText('Created by').waitFor();
    await look(page, 'contact');
  });

  await step('a contact with changes', async () => {
    await page.getByLabel('First name').fill('A name that is so long that it wraps in the head');
    await button('Save').click();
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    await look(page, 'contact-saved');
    await page.getByLabel('Last name').fill('Unsaved');
    await button('Add Interests').click();
    await look(page, 'contact-unsaved');
    await button('Discard').click();
  });

  await step('its dialogs', async () => {
    await button('Set password').click();
    await page.getByRole('dialog').waitFor();
    await look(page, 'contact-password');
    await page.keyboard.press('Escape');
    await button('Delete').click();
    await page.getByRole('dialog').waitFor();
    await look(page, 'contact-delete');
    await page.keyboard.press('Escape');
  });

  await step('a contact that was deleted', async () => {
    await graphql('mutation { deleteContact(input: { id: 2, onConflict: OVERWRITE }) { errors { message } } }');
    await open('/contacts/2', 'This contact was deleted');
    await look(page, 'contact-deleted');
    await open('/contacts/99999', 'There is no such contact');
    await look(page, 'contact-none');
  });

  await step('a new contact', async () => {
    await open('/contacts/new', 'New contact');
    await look(page, 'new-contact');
  });

  await step('what contacts refer to', async () => {
    await open('/manage/stores', 'Stores');
    await button('Rename London').click();
    await look(page, 'stores');
    await button('Delete Paris').click();
    await button('Delete', page.getByRole('dialog')).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await look(page, 'store-refused');
  });

  await step('properties', async () => {
    await open('/manage/properties', 'Properties');
    await look(page, 'properties');
    await button('Edit Language').click();
    await page.getByRole('dialog').waitFor();
    await look(page, 'property-dialog');
    await page.keyboard.press('Escape');
  });

  await step('no such page', async () => {
    await open('/manage/nothing', 'There is no such page');
    await look(page, 'no-page');
  });

  await step('the menu of a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await button('Menu').click();
    await page.getByRole('link', { name: 'Properties' }).waitFor();
    await look(page, 'menu');
  });

  await step('a customer’s own page', async () => {
    const other = await person('customer');
    await signIn(other, customer);
    await other.getByText('Created by').waitFor();
    await look(other, 'customer');
  });
});
