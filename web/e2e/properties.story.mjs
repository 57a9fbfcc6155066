// contacts: 40
// Every kind of field and property is entered, stored as it was entered, and refused in words beside it.
import assert from 'node:assert/strict';
import { admin, eventually, graphql, look, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('admin');
  const button = (name) => page.getByRole('button', { name, exact: true });
  const field = (name) => page.getByLabel(name, { exact: true });
  const saved = page.getByRole('status').getByText('Saved', { exact: true });
  const save = async () => {
    await button('Save').click();
    await saved.waitFor();
    await button('Save').waitFor({ state: 'detached' });
  };
  const choose = async (label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const open = async (id) => {
    await page.goto(`/contacts/${id}`);
    await field('First name').waitFor();
  };

  await step('sign in', async () => {
    const property = 'mutation ($input: CreatePropertyInput!) { createProperty(input: $input) { errors { message } } }';
    for (const [name, type] of [
      ['Sizes', 'INTEGER'],
      ['Visits', 'DATETIME'],
      ['Colours', 'CHOICE'],
    ]) {
      const input = { name, type, multiple: true, ...(type === 'CHOICE' && { choices: ['red', 'green', 'blue'] }) };
      await graphql(property, { input }, 'demo-admin');
    }
    await signIn(page, admin);
  });

  await step('the contact’s own fields', async () => {
    await open(11);
    await field('First name').fill('Åsa');
    await field('Last name').fill('O’Brien-Łuk 漢');
    await field('Email').fill('Asa.New@example.com');
    await field('Country code').fill('46');
    await field('Phone').fill('070-174 06 99');
    await choose('Preferred store', 'Malmö');
    await choose('Company', 'Example Foods');
    await field('Permission source').fill('By phone');
    await field('No mails at all').setChecked(true);
    await field('No mails until').fill('2031-02-03T04:05:06');
    await page.getByText(/^\d+ changes are not saved$/).waitFor();
    await save();
    const fields = `firstName lastName email phoneCountryCode phone latestPermissionSource limitMailsPermanently
      limitMailsTemporarilyUntil preferredStore { name } company { name }`;
    assert.deepEqual(await contact(11, fields), {
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
    await field('No mails at all').setChecked(false);
    await field('No mails until').fill('');
    await button('No preferred store').click();
    await button('No company').click();
    await save();
    assert.deepEqual(
      await contact(11, 'phone limitMailsPermanently limitMailsTemporarilyUntil preferredStore { name } company { name }'),
      { phone: null, limitMailsPermanently: false, limitMailsTemporarilyUntil: null, preferredStore: null, company: null },
    );
  });

  await step('a property of each type', async () => {
    await field('Middle Initial').fill('Q');
    await field('Birthday').fill('1984-02-29');
    await field('Household Size').fill('12');
    await field('Discount').fill('12.25');
    await field('Last Visit').fill('2026-03-04T05:06:07');
    await choose('Language', 'German');
    await save();
    const stored = await properties(11);
    assert.deepEqual(
      ['Middle Initial', 'Birthday', 'Household Size', 'Discount', 'Last Visit'].map((name) => stored[name]),
      [['Q'], ['1984-02-29'], ['12'], ['12.25'], ['2026-03-04T05:06:07Z']],
    );
    assert.deepEqual(stored.Language, ['German']);
    await field('Discount').fill('');
    await field('Birthday').fill('');
    await save();
    assert.deepEqual([(await properties(11)).Discount, (await properties(11)).Birthday], [[], []]);
  });

  await step('several values and remarks', async () => {
    await open(12);
    while (await button('Remove Interests 1').isVisible()) await button('Remove Interests 1').click();
    for (const [i, text] of ['Chess', 'Sailing', 'Tea'].entries()) {
      await button('Add Interests').click();
      await field(`Interests ${i + 1}`).fill(text);
    }
    await button('Add a remark on Interests 2').click();
    await field('Remark on Interests 2').fill('in summer');
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
    assert.deepEqual(await properties(12), {
      ...(await properties(12)),
      Interests: ['Chess', 'Sailing (in summer)', 'Tea'],
      Sizes: ['1', '-2'],
      Visits: ['2026-01-02T03:04:05Z'],
      Colours: ['green'],
    });
    await button('Remove Interests 1').click();
    await field('Interests 2').fill('Coffee');
    await field('Remark on Interests 1').fill('');
    await save();
    assert.deepEqual((await properties(12)).Interests, ['Sailing', 'Coffee']);
    assert.equal(await field('Interests 3').count(), 0);
  });

  await step('logins and segments', async () => {
    await open(13);
    while (await button('Remove login 1').isVisible()) await button('Remove login 1').click();
    await button('Add a login').click();
    await field('Login 1').fill('thirteen');
    await field('Type of login 1').selectOption('Plain name');
    await button('Add a login').click();
    await field('Login 2').fill('thirteen@example.com');
    await page.getByRole('combobox', { name: 'Segments' }).click();
    for (const name of ['Staff', 'Students']) {
      const option = page.getByRole('option', { name, exact: true });
      if (await option.isVisible()) await option.click();
    }
    await page.keyboard.press('Escape');
    await save();
    const { logins, segments } = await contact(13, 'logins { name type } segments { name }');
    assert.deepEqual(logins, [
      { name: 'thirteen', type: 'BLANK' },
      { name: 'thirteen@example.com', type: 'EMAIL' },
    ]);
    const names = segments.map((s) => s.name);
    assert.ok(names.includes('Staff') && names.includes('Students'), names.join());
    await field('Type of login 1').selectOption('Google account');
    await button('Remove login 2').click();
    await save();
    assert.deepEqual((await contact(13, 'logins { name type }')).logins, [{ name: 'thirteen', type: 'GOOGLE' }]);
  });

  await step('refusals stand at their fields, all at once, and what is right is saved when they are mended', async () => {
    await open(14);
    const taken = await contact(11, 'email firstName lastName');
    await field('First name').fill('Fourteen');
    await field('Email').fill(taken.email.toUpperCase());
    const other = (await graphql('{ contacts(first: 50) { nodes { contactId phone phoneCountryCode } } }')).contacts.nodes.find(
      (c) => c.phone && c.contactId !== 14,
    );
    await field('Country code').fill(other.phoneCountryCode);
    await field('Phone').fill(other.phone);
    await field('Household Size').fill('99999999999999999999');
    await button('Add a login').click();
    const last = (await page.getByLabel(/^Login \d+$/).count()) || 1;
    await field(`Login ${last}`).fill('thirteen');
    await button('Save').click();
    const link = page.getByRole('link', { name: `See ${taken.firstName} ${taken.lastName}.` });
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), '/contacts/11');
    await page
      .getByRole('link', { name: /^See .*\.$/ })
      .nth(1)
      .waitFor(); // whose login it is
    for (const label of ['Email', 'Phone', 'Household Size']) {
      assert.equal(await field(label).getAttribute('aria-invalid'), 'true', `${label} is not marked`);
    }
    assert.equal((await contact(14, 'firstName')).firstName === 'Fourteen', false, 'a part of a refused write was saved');
    await look(page, 'contact-refused');
    await field('Email').fill('fourteen@example.com');
    await field('Phone').fill('070-174 06 98');
    await field('Country code').fill('46');
    await field('Household Size').fill('4');
    await field(`Login ${last}`).fill('fourteen');
    await save();
    assert.equal((await contact(14, 'email')).email, 'fourteen@example.com');
    assert.deepEqual((await properties(14))['Household Size'], ['4']);
  });

  await step('no more fits than may be stored', async () => {
    await field('First name').fill('x'.repeat(60));
    assert.equal((await field('First name').inputValue()).length, 50);
    await button('Discard').click();
    assert.equal(await field('First name').inputValue(), 'Fourteen');
    await button('Save').waitFor({ state: 'detached' });
  });

  await step('half a date is not sent', async () => {
    await field('First name').fill('Halfway');
    await field('Birthday').focus();
    await field('Birthday').fill('');
    await page.keyboard.press('ArrowUp');
    assert.equal(await field('Birthday').evaluate((e) => e.validity.badInput), true);
    await button('Save').click();
    await page.waitForTimeout(500);
    assert.equal((await contact(14, 'firstName')).firstName, 'Fourteen');
    await button('Discard').click();
  });

  await step('leaving asks while something is not saved', async () => {
    await open(15);
    await field('First name').fill('Unsaved');
    const dialog = page.getByRole('dialog', { name: 'There are changes that are not saved' });
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stay' }).click();
    assert.equal(await field('First name').inputValue(), 'Unsaved');
    let asked = false;
    page.once('dialog', (d) => {
      asked = d.type() === 'beforeunload';
      d.dismiss();
    });
    await page.evaluate(() => setTimeout(() => location.reload()));
    await eventually(() => assert.ok(asked, 'the browser does not ask before the page is loaded anew'));
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await dialog.waitFor();
    await look(page, 'contact-leave');
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
    assert.notEqual((await contact(15, 'firstName')).firstName, 'Unsaved');
  });
});

async function contact(id, fields) {
  return (await graphql(`query ($id: ID!) { contact(id: $id) { ${fields} } }`, { id })).contact;
}

// properties is the values of a contact's properties by their names, each with its remark.
async function properties(id) {
  const all = (await contact(id, 'properties { property { name } values { value description } }')).properties;
  const text = ({ value, description }) => (description ? `${value} (${description})` : value);
  return Object.fromEntries(all.map(({ property, values }) => [property.name, values.map(text)]));
}
