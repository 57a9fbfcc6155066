import type { Login } from './api';
import { ContactPage } from './contact-page';
import { checkAppearance, expect, test } from './fixtures';

interface Listed {
  contacts: {
    nodes: { contactId: number; phone: string | null; phoneCountryCode: string | null }[];
  };
}

interface Properties {
  properties: {
    property: { name: string };
    values: { value: string; description: string | null }[];
  }[];
}

test.use({ contacts: 40 });

test('the form edits every kind of field, and shows alerts at the fields', async ({
  adminPage: page,
  api,
  step,
}) => {
  const contact = new ContactPage(page);
  const button = (name: string) => contact.button(name);
  const field = (name: string) => page.getByLabel(name, { exact: true });
  const save = async () => {
    await contact.save();
    await button('Save').waitFor({ state: 'detached' });
  };
  const choose = async (label: string, option: string) => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const firstName = async (id: number) => (await api.stored(id)).firstName;
  // The values of a contact's properties by their names, each with its remark.
  const properties = async (id: number): Promise<Record<string, string[]>> => {
    const fields = 'properties { property { name } values { value description } }';
    const all = (await api.contact<Properties>(id, fields)).properties;
    return Object.fromEntries(
      all.map(({ property, values }) => [
        property.name,
        values.map(({ value, description }) => (description ? `${value} (${description})` : value)),
      ]),
    );
  };

  await step('prepare properties with several values', async () => {
    const document =
      'mutation ($input: CreatePropertyInput!) { createProperty(input: $input) { errors { message } } }';
    for (const property of [
      { name: 'Sizes', type: 'INTEGER' },
      { name: 'Visits', type: 'DATETIME' },
      { name: 'Colours', type: 'CHOICE', choices: ['red', 'green', 'blue'] },
    ]) {
      await api.query(document, { input: { ...property, multiple: true } }, 'demo-admin');
    }
  });

  await step('the fields of every contact', async () => {
    await contact.open(11);
    await field('First name').fill('Åsa');
    await field('Last name').fill('O’Brien-Łuk 漢');
    await field('Email').fill('Asa.New@example.com');
    await field('Country code').fill('46');
    await field('Phone').fill('070-174 06 99');
    await choose('Preferred store', 'Malmö');
    await choose('Company', 'Example Foods');
    await field('Permission source').fill('By phone');
    await field('No marketing email').setChecked(true);
    await field('No marketing email until').fill('2031-02-03T04:05:06');
    await page.getByText(/^\d+ unsaved changes$/).waitFor();
    await save();
    const fields = `firstName lastName email phoneCountryCode phone latestPermissionSource limitMailsPermanently
      limitMailsTemporarilyUntil preferredStore { name } company { name }`;
    expect(await api.contact(11, fields)).toEqual({
      firstName: 'Åsa',
      lastName: 'O’Brien-Łuk 漢',
      email: 'Asa.New@example.com',
      phoneCountryCode: '46',
      phone: '070-174 06 99',
      latestPermissionSource: 'By phone',
      limitMailsPermanently: true,
      limitMailsTemporarilyUntil: '2031-02-03T04:05:06Z',
      preferredStore: { name: 'Malmö' },
      company: { name: 'Example Foods' },
    });
    await field('Country code').fill('');
    await field('Phone').fill('');
    await field('No marketing email').setChecked(false);
    await field('No marketing email until').fill('');
    await button('Clear preferred store').click();
    await button('Clear company').click();
    await save();
    const cleared =
      'phone limitMailsPermanently limitMailsTemporarilyUntil preferredStore { name } company { name }';
    expect(await api.contact(11, cleared)).toEqual({
      phone: null,
      limitMailsPermanently: false,
      limitMailsTemporarilyUntil: null,
      preferredStore: null,
      company: null,
    });
  });

  await step('a property of each type', async () => {
    await field('Middle Initial').fill('Q');
    await field('Birthday').fill('1984-02-29');
    await field('Household Size').fill('12');
    await field('Discount').fill('12.25');
    await field('Last Visit').fill('2026-03-04T05:06:07');
    await choose('Language', 'German');
    await save();
    expect(await properties(11)).toMatchObject({
      'Middle Initial': ['Q'],
      Birthday: ['1984-02-29'],
      'Household Size': ['12'],
      Discount: ['12.25'],
      'Last Visit': ['2026-03-04T05:06:07Z'],
      Language: ['German'],
    });
    await field('Discount').fill('');
    await field('Birthday').fill('');
    await save();
    expect(await properties(11)).toMatchObject({ Discount: [], Birthday: [] });
  });

  await step('several values and remarks', async () => {
    await contact.open(12);
    while (await button('Remove Interests 1').isVisible())
      await button('Remove Interests 1').click();
    for (const [i, text] of ['Chess', 'Sailing', 'Tea'].entries()) {
      await button('Add Interests').click();
      await field(`Interests ${i + 1}`).fill(text);
    }
    await button('Add note on Interests 2').click();
    await field('Note on Interests 2').fill('in summer');
    for (const [i, number] of ['1', '-2'].entries()) {
      await button('Add Sizes').click();
      await field(`Sizes ${i + 1}`).fill(number);
    }
    await button('Add Visits').click();
    await field('Visits 1').fill('2026-01-02T03:04:05');
    await button('Add Colours').click();
    await choose('Colours 1', 'green');
    await button('Add Colours').click(); // left blank
    await save();
    expect(await properties(12)).toMatchObject({
      Interests: ['Chess', 'Sailing (in summer)', 'Tea'],
      Sizes: ['1', '-2'],
      Visits: ['2026-01-02T03:04:05Z'],
      Colours: ['green'],
    });
    await button('Remove Interests 1').click();
    await field('Interests 2').fill('Coffee');
    await field('Note on Interests 1').fill('');
    await save();
    expect((await properties(12)).Interests).toEqual(['Sailing', 'Coffee']);
    await expect(field('Interests 3')).toHaveCount(0);
  });

  await step('logins and segments', async () => {
    await contact.open(13);
    while (await button('Remove login 1').isVisible()) await button('Remove login 1').click();
    await button('Add login').click();
    await field('Login 1').fill('thirteen');
    await field('Type of login 1').selectOption('Username');
    await button('Add login').click();
    await field('Login 2').fill('thirteen@example.com');
    await page.getByRole('combobox', { name: 'Segments' }).click();
    for (const name of ['Staff', 'Students']) {
      const option = page.getByRole('option', { name, exact: true });
      if (await option.isVisible()) await option.click();
    }
    await page.keyboard.press('Escape');
    await save();
    const { logins, segments } = await api.contact<{
      logins: Login[];
      segments: { name: string }[];
    }>(13, 'logins { name type } segments { name }');
    expect(logins).toEqual([
      { name: 'thirteen', type: 'BLANK' },
      { name: 'thirteen@example.com', type: 'EMAIL' },
    ]);
    expect(segments.map((s) => s.name)).toEqual(expect.arrayContaining(['Staff', 'Students']));
    await field('Type of login 1').selectOption('Google account');
    await button('Remove login 2').click();
    await save();
    await api.expectStored(13, { logins: ['thirteen GOOGLE'] });
  });

  await step(
    'alerts stand at their fields, all at once, and once corrected everything is saved',
    async () => {
      await contact.open(14);
      const taken = await api.stored(11);
      await field('First name').fill('Fourteen');
      await field('Email').fill(taken.email?.toUpperCase() ?? '');
      const { contacts } = await api.query<Listed>(
        '{ contacts(first: 50) { nodes { contactId phone phoneCountryCode } } }',
      );
      const other = contacts.nodes.find((c) => c.phone && c.contactId !== 14);
      await field('Country code').fill(other?.phoneCountryCode ?? '');
      await field('Phone').fill(other?.phone ?? '');
      await field('Household Size').fill('99999999999999999999');
      await button('Add login').click();
      const last = (await page.getByLabel(/^Login \d+$/).count()) || 1;
      await field(`Login ${last}`).fill('thirteen');
      await button('Save').click();
      const link = page.getByRole('link', { name: `See ${taken.firstName} ${taken.lastName}.` });
      await expect(link).toHaveAttribute('href', '/contacts/11');
      await page
        .getByRole('link', { name: /^See .*\.$/ })
        .nth(1)
        .waitFor(); // the contact that has the login
      for (const label of ['Email', 'Phone', 'Household Size']) {
        await expect(field(label), label).toHaveAttribute('aria-invalid', 'true');
      }
      expect(await firstName(14), 'nothing of a refused write is saved').not.toBe('Fourteen');
      await checkAppearance(page, 'contact-refused');
      await field('Email').fill('fourteen@example.com');
      await field('Phone').fill('070-174 06 98');
      await field('Country code').fill('46');
      await field('Household Size').fill('4');
      await field(`Login ${last}`).fill('fourteen');
      await save();
      await api.expectStored(14, { email: 'fourteen@example.com' });
      expect((await properties(14))['Household Size']).toEqual(['4']);
    },
  );

  await step('a field accepts no more than can be stored', async () => {
    await field('First name').fill('x'.repeat(60));
    await expect(field('First name')).toHaveValue('x'.repeat(50));
    await button('Discard').click();
    await expect(field('First name')).toHaveValue('Fourteen');
    await button('Save').waitFor({ state: 'detached' });
  });

  await step('an incomplete date is not sent', async () => {
    await field('First name').fill('Halfway');
    await field('Birthday').focus();
    await field('Birthday').fill('');
    await page.keyboard.press('ArrowUp');
    expect(await field('Birthday').evaluate((e: HTMLInputElement) => e.validity.badInput)).toBe(
      true,
    );
    await button('Save').click();
    await page.waitForTimeout(500);
    expect(await firstName(14)).toBe('Fourteen');
    await button('Discard').click();
  });

  await step('leaving with unsaved changes asks first', async () => {
    await contact.open(15);
    await field('First name').fill('Unsaved');
    const dialog = page.getByRole('dialog', { name: 'Unsaved changes' });
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stay' }).click();
    await expect(field('First name')).toHaveValue('Unsaved');
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await dialog.waitFor();
    await checkAppearance(page, 'contact-leave');
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await contact.heading('Contacts').waitFor();
    expect(await firstName(15)).not.toBe('Unsaved');
  });
});
