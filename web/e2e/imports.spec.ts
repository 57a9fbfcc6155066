import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { ContactListPage } from './contact-list-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

const file = [
  'E-Mail;Vorname;Nachname;Firma',
  'zita.kovac@example.com;Zita;Kovac;',
  'jon.deere@example.com;Jonathan;Deere;',
  'max@example.com;Max;Müller;Unknown Ltd',
  'zita.kovac@example.com;Z.;Kovac;',
].join('\r\n');

/** Chooses what a column of the file becomes. */
async function assign(page: Page, column: string, target: string): Promise<void> {
  await page.getByRole('combobox', { name: `${column} becomes` }).click();
  await page.getByRole('option', { name: target, exact: true }).click();
}

test('an admin imports a file, repairs a mistake in the mapping, and reverts the import', async ({
  adminPage: page,
  api,
  step,
}) => {
  const list = new ContactListPage(page);
  const { button, open, dialog } = controls(page);
  const tab = (name: string) => page.getByRole('tab', { name });

  await step('choose a file in an encoding of Windows', async () => {
    await open('Imports');
    await page.locator('input[type=file]').setInputFiles({
      name: 'kontakte.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(file, 'latin1'),
    });
    await checkAppearance(page, 'import-file');
    await button('Next: assign the columns').click();
  });

  await step('the columns are recognized; assign one of them wrongly', async () => {
    await page.getByText('with semicolons between the cells').waitFor();
    await expect(page.getByRole('combobox', { name: 'Vorname becomes' })).toHaveValue('First name');
    await expect(page.getByRole('cell', { name: /Müller/ })).toHaveCount(1);
    await assign(page, 'Vorname', 'Last name');
    await assign(page, 'Nachname', 'First name');
    await checkAppearance(page, 'import-columns');
    await button('Next: see what would change').click();
  });

  await step('the plan shows the mistake', async () => {
    await tab('To create: 1').waitFor();
    await expect(page.getByRole('row').filter({ hasText: 'zita.kovac' })).toContainText(
      'First name: – → Kovac',
    );
    await button('Change the columns').click();
    await assign(page, 'Vorname', 'First name');
    await assign(page, 'Nachname', 'Last name');
    await button('Next: see what would change').click();
  });

  await step('the new plan has the reasons of all rows', async () => {
    await tab('To change: 1').click();
    const changed = page.getByRole('row').filter({ hasText: 'Jon Deere' });
    await expect(changed).toContainText('First name: Jon → Jonathan');
    await tab('Duplicates: 1').click();
    await expect(page.getByRole('row').nth(1)).toContainText('4');
    await tab('Invalid: 1').click();
    await expect(page.getByRole('row').nth(1)).toContainText('Firma “Unknown Ltd”');
    await checkAppearance(page, 'import-plan');
    expect(await api.exists(466)).toBe(true);
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the row with errors' }).click();
    const errors = await readFile(await (await started).path(), 'latin1');
    expect(errors).toContain('max@example.com;Max;');
  });

  await step('apply it, and show the contacts', async () => {
    await button('Apply to 2 contacts').click();
    await tab('Written: 2').waitFor();
    await checkAppearance(page, 'import-applied');
    await page.getByRole('link', { name: 'Show 2 contacts' }).click();
    await expect(page.getByRole('status')).toHaveText('2 contacts');
    await list.link('Jonathan Deere').waitFor();
    await list.link('Zita Kovac').waitFor();
    await page.goBack();
  });

  await step('revert it', async () => {
    await button('Revert').click();
    await button('Revert', dialog('Revert the job')).click();
    await tab('Reverted: 2').waitFor();
    await open('Contacts');
    await list.search.fill('deere');
    await list.link('Jon Deere').waitFor();
    await list.search.fill('zita.kovac');
    await expect(page.getByRole('status')).toHaveText('0 contacts');
  });
});
