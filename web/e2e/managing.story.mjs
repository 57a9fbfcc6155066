// contacts: 300
// An admin makes, deletes and brings back contacts, and manages what they refer to. An agent has no such pages.
import assert from 'node:assert/strict';
import { admin, agent, eventually, graphql, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('admin');
  const button = (name, scope = page) => scope.getByRole('button', { name, exact: true });
  const field = (name, scope = page) => scope.getByLabel(name, { exact: true });
  const newName = (one) => page.getByRole('textbox', { name: `New ${one}`, exact: true });
  const heading = (name) => page.getByRole('heading', { level: 1, name });
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('cell', { name, exact: true }) });
  const go = (name) => page.getByRole('link', { name, exact: true }).click();
  const confirm = async (title) => {
    const dialog = page.getByRole('dialog', { name: title });
    await button('Delete', dialog).click();
    return dialog;
  };
  let made;

  await step('make a contact', async () => {
    await signIn(page, admin);
    await go('New contact');
    await heading('New contact').waitFor();
    await field('First name').fill('Brand');
    await field('Last name').fill('New');
    await field('Email').fill('brand.new@example.com');
    await field('Household Size').fill('3');
    await page.getByRole('combobox', { name: 'Language', exact: true }).click();
    await page.getByRole('option', { name: 'Swedish' }).click();
    await button('Create').click();
    await heading('Brand New').waitFor();
    made = Number(new URL(page.url()).pathname.match(/^\/contacts\/(\d+)$/)[1]);
    const { registrationSource, email } = await contact(made);
    assert.deepEqual({ registrationSource, email }, { registrationSource: 'console', email: 'brand.new@example.com' });
  });

  await step('a contact that may not be made is refused in words, and what was typed stays', async () => {
    await page.goto('/contacts/new');
    await field('Last name').fill('Second');
    await field('Email').fill('brand.new@example.com');
    await button('Create').click();
    await page.getByRole('link', { name: 'See Brand New.' }).waitFor();
    assert.equal(await field('Last name').inputValue(), 'Second');
    await go('Contacts');
    await button('Leave', page.getByRole('dialog')).click();
    await heading('Contacts').waitFor();
  });

  await step('delete it, which asks first', async () => {
    await page.goto(`/contacts/${made}`);
    await button('Delete').click();
    const dialog = page.getByRole('dialog', { name: 'Delete Brand New?' });
    await button('Keep', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    assert.ok(await contact(made));
    await button('Delete').click();
    await confirm('Delete Brand New?');
    await heading('This contact was deleted').waitFor();
    await page.getByText(/^By Demo Admin, /).waitFor();
    assert.equal(await contact(made), null);
    await page.reload();
    await heading('This contact was deleted').waitFor();
  });

  await step('bring it back', async () => {
    await button('Bring it back').click();
    await heading('Brand New').waitFor();
    const back = await contact(made);
    assert.equal(back.email, 'brand.new@example.com');
    assert.equal(await field('Household Size').inputValue(), '3');
  });

  for (const [title, one, query, used] of [
    ['Stores', 'store', 'stores', 'London'],
    ['Companies', 'company', 'companies', 'Example Foods'],
    ['Segments', 'segment', 'segments', 'Newsletter'],
  ]) {
    const names = async () => (await graphql(`{ ${query} { name } }`, {}, 'demo-admin'))[query].map((n) => n.name);

    await step(`${title}: add, rename, delete`, async () => {
      await go(title);
      await heading(title).waitFor();
      await newName(one).fill('Brand new');
      await page.keyboard.press('Enter');
      await row('Brand new').waitFor();
      assert.equal(await newName(one).inputValue(), '');
      await button('Rename Brand new').click();
      assert.equal(await field('New name of Brand new').evaluate((e) => e === document.activeElement), true);
      await field('New name of Brand new').fill('Renamed');
      await button('Save').click();
      await row('Renamed').waitFor();
      assert.ok((await names()).includes('Renamed'));
      await button('Delete Renamed').click();
      await confirm(`Delete the ${one} Renamed?`);
      await row('Renamed').waitFor({ state: 'detached' });
      assert.ok(!(await names()).includes('Renamed'));
    });

    await step(`${title}: what is refused is told in words`, async () => {
      await button(`Delete ${used}`).click();
      const dialog = await confirm(`Delete the ${one} ${used}?`);
      console.log(await dialog.getByRole('alert').innerText());
      await button('Keep', dialog).click();
      await dialog.waitFor({ state: 'detached' });
      assert.ok((await names()).includes(used));
    });
  }

  await step('Properties: make a choice, change it, delete it', async () => {
    await go('Properties');
    await button('New property').click();
    let dialog = page.getByRole('dialog', { name: 'New property' });
    await field('Name', dialog).fill('Size');
    await field('Type', dialog).selectOption('Choice');
    for (const choice of ['small', 'large']) {
      await dialog.getByRole('combobox', { name: 'Choices' }).fill(choice);
      await page.keyboard.press('Enter');
    }
    await field('Takes several values', dialog).check();
    await field('Customers may not write it', dialog).check();
    await button('Create', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await row('Size').getByText('Choice: small, large').waitFor();
    await row('Size').getByText('several values, not for customers to write').waitFor();

    await button('Edit Size').click();
    dialog = page.getByRole('dialog', { name: 'Edit Size' });
    await field('Name', dialog).fill('Shoe size');
    await dialog.getByRole('combobox', { name: 'Choices' }).fill('huge');
    await page.keyboard.press('Enter');
    await button('Save', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await row('Shoe size').getByText('Choice: small, large, huge').waitFor();
    const { properties } = await graphql('{ properties { name type multiple readOnly choices } }', {}, 'demo-admin');
    assert.deepEqual(
      properties.find((p) => p.name === 'Shoe size'),
      { name: 'Shoe size', type: 'CHOICE', multiple: true, readOnly: true, choices: ['small', 'large', 'huge'] },
    );

    await button('Delete Shoe size').click();
    await confirm('Delete the property Shoe size?');
    await row('Shoe size').waitFor({ state: 'detached' });
  });

  await step('Properties: what is refused is told in words', async () => {
    await button('New property').click();
    const dialog = page.getByRole('dialog', { name: 'New property' });
    await field('Name', dialog).fill('No choices');
    await field('Type', dialog).selectOption('Choice');
    await button('Create', dialog).click();
    console.log(await dialog.getByRole('alert').innerText());
    await button('Cancel', dialog).click();
    await button('Delete Language').click();
    const asked = await confirm('Delete the property Language?');
    console.log(await asked.getByRole('alert').innerText());
    await button('Keep', asked).click();
  });

  await step('what is managed is there at once where it is used', async () => {
    await go('Segments');
    await newName('segment').fill('Just made');
    await button('Add').click();
    await row('Just made').waitFor();
    await go('Contacts');
    await page.getByRole('combobox', { name: 'Segment' }).click();
    await page.getByRole('option', { name: 'Just made' }).click();
    await page.getByText('No contact matches.').waitFor();
  });

  await step('an agent has no such pages', async () => {
    const other = await person('agent');
    await signIn(other, agent);
    for (const name of ['Stores', 'Companies', 'Segments', 'Properties']) {
      assert.equal(await other.getByRole('link', { name, exact: true }).count(), 0);
      await other.goto(`/manage/${name.toLowerCase()}`);
      await other.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    }
    await eventually(async () => assert.equal(await other.getByRole('table').count(), 0));
  });
});

async function contact(id) {
  return (await graphql('query ($id: ID!) { contact(id: $id) { registrationSource email } }', { id })).contact;
}
