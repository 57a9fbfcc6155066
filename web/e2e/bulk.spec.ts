import { ContactListPage } from './contact-list-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

test.use({ contacts: 300 });

interface Counted {
  contacts: { totalCount: number };
}

test('an agent selects contacts, changes and deletes them, and undoes both', async ({
  agentPage: page,
  api,
  step,
}) => {
  const list = new ContactListPage(page);
  const { button } = controls(page);
  const checkbox = (name: string | RegExp) => page.getByRole('checkbox', { name });
  const selected = (text: string) => page.getByRole('status').filter({ hasText: text });
  const dialog = page.getByRole('dialog');
  const countOf = async (filter: object) =>
    (
      await api.query<Counted>(
        'query ($f: ContactFilter) { contacts(first: 0, filter: $f) { totalCount } }',
        { f: filter },
      )
    ).contacts.totalCount;
  const choose = async (action: string) => {
    await button('Change').click();
    await page.getByRole('menuitem', { name: action }).click();
  };

  let birthday = 0;

  await step('a range, with the shift key', async () => {
    const boxes = page.getByRole('rowgroup').getByRole('checkbox');
    await boxes.nth(1).click();
    await boxes.nth(4).click({ modifiers: ['Shift'] });
    await selected('4 contacts selected').waitFor();
    await boxes.nth(2).click();
    await selected('3 contacts selected').waitFor();
    await checkAppearance(page, 'selected');
  });

  await step('set the store of these: the preview writes nothing', async () => {
    const before = await countOf({ storeId: 4 });
    await choose('Set preferred store');
    await dialog.getByRole('combobox', { name: 'Preferred store' }).click();
    await page.getByRole('option', { name: 'London', exact: true }).click();
    await button('Preview', dialog).click();
    await dialog.getByRole('tab', { name: 'To change: 3' }).waitFor();
    await dialog.getByRole('table', { name: 'To change: 3' }).getByRole('link').first().waitFor();
    await checkAppearance(page, 'bulk-preview');
    expect(await countOf({ storeId: 4 })).toBe(before);
    await button('Cancel', dialog).click();
    await button('Done', dialog).click();
    await expect(dialog).toHaveCount(0);
  });

  await step('add all contacts to a segment, by the keyboard', async () => {
    const before = await countOf({ segmentId: 3 });
    birthday = before;
    await button(`Select all 301 that match`).press('Enter');
    await selected('301 contacts selected').waitFor();
    await button('Change').press('Enter');
    await page.getByRole('menuitem', { name: 'Add to segments' }).press('Enter');
    const segments = dialog.getByRole('combobox', { name: 'Segments' });
    await segments.fill('Birthday');
    await page.getByRole('option', { name: 'Birthday Offers' }).click();
    await segments.press('Tab');
    await button('Preview', dialog).press('Enter');
    await dialog.getByRole('tab', { name: `To change: ${301 - before}` }).waitFor();
    await dialog.getByRole('tab', { name: `Nothing to change: ${before}` }).waitFor();
    await button(`Apply to ${301 - before} contacts`, dialog).press('Enter');
    await dialog.getByRole('tab', { name: `Written: ${301 - before}` }).waitFor();
    await checkAppearance(page, 'bulk-applied');
    expect(await countOf({ segmentId: 3 })).toBe(301);
  });

  await step('undo it', async () => {
    await button('Revert', dialog).click();
    await button('Revert', page.getByRole('dialog', { name: 'Revert the job' })).click();
    await dialog.getByRole('tab', { name: /^Reverted: \d+$/ }).waitFor();
    expect(await countOf({ segmentId: 3 })).toBe(birthday);
    await button('Done', dialog).click();
    await expect(dialog).toHaveCount(0);
  });

  await step('delete what a search finds, and undo it', async () => {
    await list.search.fill('jon deere');
    await expect(page.getByText('1 contact', { exact: true })).toBeVisible();
    await checkbox('Select Jon Deere').press('Space');
    await selected('1 contact selected').waitFor();
    await button('Delete').click();
    await button('Preview', dialog).click();
    await button('Delete 1 contact', dialog).click();
    await dialog.getByRole('tab', { name: 'Written: 1' }).waitFor();
    expect(await api.exists(466)).toBe(false);
    await page.getByText('No contacts found.').waitFor();
    await button('Revert', dialog).click();
    await button('Revert', page.getByRole('dialog', { name: 'Revert the job' })).click();
    await dialog.getByRole('tab', { name: 'Reverted: 1' }).waitFor();
    expect(await api.exists(466)).toBe(true);
    await button('Done', dialog).click();
    await list.link('Jon Deere').waitFor();
  });
});

test('an admin clears what contacts use, and deletes it', async ({
  adminPage: page,
  api,
  step,
}) => {
  const { button, open, row } = controls(page);
  const dialog = page.getByRole('dialog');

  await step('a company that contacts have', async () => {
    await open('Companies');
    await button('Delete Example Foods').click();
    await button('Delete', dialog).click();
    await expect(dialog.getByRole('alert')).toContainText(/contacts? still uses? it/);
    await expect(dialog.getByRole('link', { name: 'Show these contacts' })).toHaveAttribute(
      'href',
      '/?company=3',
    );
    await checkAppearance(page, 'in-use');
    await button('Clear it from these contacts', dialog).click();
    await dialog.getByRole('button', { name: /^Apply to/ }).click();
    await dialog.getByRole('tab', { name: /^Written/ }).waitFor();
    await button('Delete', dialog).click();
    await row('Example Foods').waitFor({ state: 'detached' });
    await expect(dialog).toHaveCount(0);
    const { companies } = await api.query<{ companies: { name: string }[] }>(
      '{ companies { name } }',
    );
    expect(companies.map(({ name }) => name)).not.toContain('Example Foods');
  });

  await step('a property that contacts have', async () => {
    await open('Properties');
    await button('Delete Household Size').click();
    await button('Delete', dialog).click();
    await button('Clear it from these contacts', dialog).click();
    await dialog.getByRole('button', { name: /^Apply to/ }).click();
    await dialog.getByRole('tab', { name: /^Written/ }).waitFor();
    await button('Delete', dialog).click();
    await row('Household Size').waitFor({ state: 'detached' });
  });
});
