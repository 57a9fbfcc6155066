import { ContactListPage } from './contact-list-page';
import { controls } from './controls';
import { expect, test } from './fixtures';

// make test-imports sets 60,000, which takes minutes.
const rows = Number(process.env.CONTACTGRAPH_TEST_ROWS ?? 1000);

/** Numbers as the console shows them. */
const numbers = new Intl.NumberFormat('en-GB');

test('an import of many rows is planned, applied and reverted', async ({
  adminPage: page,
  step,
}) => {
  test.setTimeout(120_000 + rows * 20);
  const list = new ContactListPage(page);
  const { button, open, dialog } = controls(page);
  const tab = (name: string) => page.getByRole('tab', { name });
  const patience = { timeout: 60_000 + rows * 8 };
  const all = numbers.format(rows);

  await step('send the file', async () => {
    const lines = Array.from(
      { length: rows },
      (_, i) => `p${i}@example.org,First${i % 100},Import${i % 1000},+46 70 ${1_000_000 + i}`,
    );
    await open('Imports');
    await page.locator('input[type=file]').setInputFiles({
      name: 'many.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['Email,First Name,Last Name,Phone', ...lines].join('\n')),
    });
    await button('Next: assign the columns').click();
    await button('Next: see what would change').click();
    await tab(`To create: ${all}`).waitFor(patience);
  });

  await step('read on in the plan', async () => {
    await expect(page.getByRole('row')).toHaveCount(51);
    await button('Show more').click();
    await expect(page.getByRole('row')).toHaveCount(101);
  });

  await step('apply it', async () => {
    await button(`Apply to ${all} contacts`).click();
    await tab(`Written: ${all}`).waitFor(patience);
    await page.getByRole('link', { name: `Show ${all} contacts` }).click();
    await expect(page.getByRole('status')).toHaveText(`${all} contacts`);
    await list.search.fill(`p${rows - 1}@example.org`);
    await expect(page.getByRole('status')).toHaveText('1 contact');
    await page.goBack();
  });

  await step('revert it', async () => {
    await button('Revert').click();
    await button('Revert', dialog('Revert the job')).click();
    await tab(`Reverted: ${all}`).waitFor(patience);
    await open('Contacts');
    await expect(page.getByRole('status')).toHaveText('21 contacts');
  });
});
