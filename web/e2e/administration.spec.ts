import { controls } from './controls';
import { checkAppearance, expect, signIn, test } from './fixtures';

interface Property {
  name: string;
  apiName: string | null;
  type: string;
  multiple: boolean;
  readOnly: boolean;
  choices: string[];
}

test.use({ contacts: 300 });

test('an admin creates, deletes and restores contacts, and manages reference data', async ({
  adminPage: page,
  api,
  newPage,
  step,
}) => {
  const { button, field, row } = controls(page);
  const newName = (what: string) => page.getByRole('textbox', { name: `New ${what}`, exact: true });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  const follow = (name: string) => page.getByRole('link', { name, exact: true }).click();
  const confirmDeletion = async (title: string) => {
    const dialog = page.getByRole('dialog', { name: title });
    await button('Delete', dialog).click();
    return dialog;
  };
  let id = 0;

  await step('create a contact', async () => {
    await follow('New contact');
    await heading('New contact').waitFor();
    await field('First name').fill('Brand');
    await field('Last name').fill('New');
    await field('Email').fill('brand.new@example.com');
    await field('Household Size').fill('3');
    await page.getByRole('combobox', { name: 'Language', exact: true }).click();
    await page.getByRole('option', { name: 'Swedish' }).click();
    await button('Create').click();
    await heading('Brand New').waitFor();
    id = Number(/^\/contacts\/(\d+)$/.exec(new URL(page.url()).pathname)?.[1]);
    expect(await api.contact(id, 'registrationSource email')).toEqual({
      registrationSource: 'console',
      email: 'brand.new@example.com',
    });
  });

  await step('a refused contact is explained, and what was typed stays', async () => {
    await page.goto('/contacts/new');
    await field('Last name').fill('Second');
    await field('Email').fill('brand.new@example.com');
    await button('Create').click();
    await page.getByRole('link', { name: 'See Brand New.' }).waitFor();
    await expect(field('Last name')).toHaveValue('Second');
    await follow('Contacts');
    await button('Leave', page.getByRole('dialog')).click();
    await heading('Contacts').waitFor();
  });

  await step('delete it, which asks first', async () => {
    await page.goto(`/contacts/${id}`);
    await button('Delete').click();
    const dialog = page.getByRole('dialog', { name: 'Delete Brand New?' });
    await button('Cancel', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await api.exists(id)).toBe(true);
    await button('Delete').click();
    await confirmDeletion('Delete Brand New?');
    await heading('This contact was deleted').waitFor();
    await page.getByText(/^Deleted by Demo Admin, /).waitFor();
    expect(await api.exists(id)).toBe(false);
    await page.reload();
    await heading('This contact was deleted').waitFor();
  });

  await step('restore it', async () => {
    await button('Restore').click();
    await heading('Brand New').waitFor();
    await api.expectStored(id, { email: 'brand.new@example.com' });
    await expect(field('Household Size')).toHaveValue('3');
  });

  for (const [title, what, query, used] of [
    ['Stores', 'store', 'stores', 'London'],
    ['Companies', 'company', 'companies', 'Example Foods'],
    ['Segments', 'segment', 'segments', 'Newsletter'],
  ] as const) {
    const names = async () => {
      const data = await api.query<Record<string, { name: string }[]>>(
        `{ ${query} { name } }`,
        {},
        'demo-admin',
      );
      return data[query]?.map(({ name }) => name);
    };

    await step(`${title}: add, rename, delete`, async () => {
      await follow(title);
      await heading(title).waitFor();
      await newName(what).fill('Brand new');
      await page.keyboard.press('Enter');
      await row('Brand new').waitFor();
      await expect(newName(what)).toHaveValue('');
      await button('Rename Brand new').click();
      await expect(field('New name for Brand new')).toBeFocused();
      await field('New name for Brand new').fill('Renamed');
      await button('Save').click();
      await row('Renamed').waitFor();
      expect(await names()).toContain('Renamed');
      await button('Delete Renamed').click();
      await confirmDeletion(`Delete ${what} Renamed?`);
      await row('Renamed').waitFor({ state: 'detached' });
      expect(await names()).not.toContain('Renamed');
    });

    await step(`${title}: a refused deletion is explained`, async () => {
      await button(`Delete ${used}`).click();
      const dialog = await confirmDeletion(`Delete ${what} ${used}?`);
      await expect(dialog.getByRole('alert')).toContainText(/contacts? still uses?/);
      await button('Cancel', dialog).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await names()).toContain(used);
    });
  }

  await step('Stores and Companies: edit the details', async () => {
    await follow('Stores');
    await button('Details of London').click();
    const store = page.getByRole('dialog', { name: 'Details of London' });
    await store.getByLabel('Number').fill('77');
    await store.getByLabel('City').fill('London');
    await checkAppearance(page, 'store-details');
    await button('Save', store).click();
    await store.waitFor({ state: 'detached' });
    await follow('Companies');
    await button('Details of Example Foods').click();
    const company = page.getByRole('dialog', { name: 'Details of Example Foods' });
    await company.getByLabel('Primary contact').fill('99999');
    await button('Save', company).click();
    await expect(company.getByRole('alert')).toContainText('Not saved');
    await company.getByLabel('Primary contact').fill('7');
    await company.getByRole('combobox', { name: 'Parent company' }).click();
    await page.getByRole('option', { name: 'Example Outdoor' }).click();
    await button('Save', company).click();
    await company.waitFor({ state: 'detached' });
    const { stores, companies } = await api.query<{
      stores: { name: string; number: string | null; city: string | null }[];
      companies: {
        name: string;
        parent: { name: string } | null;
        primaryContact: { contactId: number } | null;
      }[];
    }>(
      '{ stores { name number city } companies { name parent { name } primaryContact { contactId } } }',
      {},
      'demo-admin',
    );
    expect(stores).toContainEqual({ name: 'London', number: '77', city: 'London' });
    expect(companies).toContainEqual({
      name: 'Example Foods',
      parent: { name: 'Example Outdoor' },
      primaryContact: { contactId: 7 },
    });
  });

  await step('Properties: create a choice, change it, delete it', async () => {
    await follow('Properties');
    await button('New property').click();
    const created = page.getByRole('dialog', { name: 'New property' });
    await field('Name', created).fill('Size');
    await field('Type', created).selectOption('Choice');
    for (const choice of ['small', 'large']) {
      await created.getByRole('combobox', { name: 'Choices' }).fill(choice);
      await page.keyboard.press('Enter');
    }
    await field('Multiple values', created).check();
    await field('Read-only for customers', created).check();
    await button('Create', created).click();
    await created.waitFor({ state: 'detached' });
    await row('Size').getByText('Choice: small, large').waitFor();
    await row('Size').getByText('multiple values, read-only for customers').waitFor();

    await button('Edit Size').click();
    const edited = page.getByRole('dialog', { name: 'Edit Size' });
    await field('Name', edited).fill('Shoe size');
    await expect(field('API name', edited)).toHaveValue('size'); // as suggested when it was created
    await field('API name', edited).fill('shoe_size');
    await edited.getByRole('combobox', { name: 'Choices' }).fill('huge');
    await page.keyboard.press('Enter');
    await button('Save', edited).click();
    await edited.waitFor({ state: 'detached' });
    await row('Shoe size').getByText('Choice: small, large, huge').waitFor();
    const document = '{ properties { name apiName type multiple readOnly choices } }';
    const { properties } = await api.query<{ properties: Property[] }>(document, {}, 'demo-admin');
    expect(properties.find(({ name }) => name === 'Shoe size')).toEqual({
      name: 'Shoe size',
      apiName: 'shoe_size',
      type: 'CHOICE',
      multiple: true,
      readOnly: true,
      choices: ['small', 'large', 'huge'],
    });

    await button('Delete Shoe size').click();
    await confirmDeletion('Delete property Shoe size?');
    await row('Shoe size').waitFor({ state: 'detached' });
  });

  await step('Properties: alerts are explained', async () => {
    await button('New property').click();
    const dialog = page.getByRole('dialog', { name: 'New property' });
    await field('Name', dialog).fill('No choices');
    await field('Type', dialog).selectOption('Choice');
    await button('Create', dialog).click();
    await expect(dialog.getByRole('alert')).toContainText(/500 choices/);
    await button('Cancel', dialog).click();
    await button('Delete Language').click();
    const deletion = await confirmDeletion('Delete property Language?');
    await expect(deletion.getByRole('alert')).toContainText(/contacts? still uses?/);
    await button('Cancel', deletion).click();
  });

  await step('new reference data is offered at once', async () => {
    await follow('Segments');
    await newName('segment').fill('Just made');
    await button('Add').click();
    await row('Just made').waitFor();
    await follow('Contacts');
    await page.getByRole('combobox', { name: 'Segment' }).click();
    await page.getByRole('option', { name: 'Just made' }).click();
    await page.getByText('No contacts found.').waitFor();
  });

  await step('an agent has no such pages', async () => {
    const other = await newPage('agent');
    await signIn(other);
    for (const name of ['Stores', 'Companies', 'Segments', 'Properties']) {
      await expect(other.getByRole('link', { name, exact: true })).toHaveCount(0);
      await other.goto(`/manage/${name.toLowerCase()}`);
      await other.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
    }
    await expect(other.getByRole('table')).toHaveCount(0);
  });
});
