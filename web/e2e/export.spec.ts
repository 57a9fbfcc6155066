import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { ContactListPage } from './contact-list-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

/** Downloads the export that the dialog offers, and returns its name and its text. */
async function download(page: Page): Promise<{ name: string; text: string }> {
  const started = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  const file = await started;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

test('an admin exports what the list shows, in the format and with the columns that were chosen', async ({
  adminPage: page,
  step,
}) => {
  const list = new ContactListPage(page);
  const { button } = controls(page);
  const dialog = page.getByRole('dialog', { name: 'Export contacts' });

  await step('all columns of the contacts that a search finds', async () => {
    await list.search.fill('jon deere');
    await expect(page.getByRole('status')).toHaveText('1 contact');
    await button('Export').click();
    await dialog.getByText('1 contact that matches the filters of the list.').waitFor();
    await checkAppearance(page, 'export');
    const { name, text } = await download(page);
    expect(name).toMatch(/^contacts-\d{4}-\d\d-\d\d\.csv$/);
    const [header = '', ...rows] = text.trimEnd().split(/\r?\n/);
    expect(header).toMatch(/^\ufeffcontactId,version,secret,/);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('jon.deere@example.com');
    await expect(dialog).toHaveCount(0);
  });

  await step('chosen columns of all contacts, by the keyboard', async () => {
    await button('Clear filters').click();
    await expect(page.getByRole('status')).toHaveText('21 contacts');
    await button('Export').press('Enter');
    await dialog.getByText('21 contacts: all of the account.').waitFor();
    await dialog.getByLabel('JSON, one contact on each line').check();
    const columns = dialog.getByRole('combobox', { name: 'Columns' });
    for (const label of ['Email', 'Company']) {
      await columns.fill(label);
      await page.getByRole('option', { name: label, exact: true }).waitFor();
      await columns.press('ArrowDown');
      await columns.press('Enter');
    }
    await columns.press('Tab'); // closes the list
    const lines = (await download(page)).text.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '').columns).toEqual(['email', 'company']);
    expect(lines).toHaveLength(23);
  });

  await step('cards have no columns to choose', async () => {
    await button('Export').click();
    await dialog.getByLabel('vCard, for address books').check();
    await expect(dialog.getByRole('combobox')).toHaveCount(0);
    const { name, text } = await download(page);
    expect(name).toMatch(/\.vcf$/);
    expect(text.match(/^BEGIN:VCARD/gm)).toHaveLength(21);
  });
});

test('an agent exports contacts only if the account allows it', async ({
  agentPage: page,
  api,
  step,
}) => {
  const { button } = controls(page);
  await step('it is not allowed', async () => {
    await button('New contact')
      .or(page.getByRole('link', { name: 'New contact' }))
      .waitFor();
    await expect(button('Export')).toHaveCount(0);
  });
  await step('it is', async () => {
    const document =
      'mutation { updateAccountSettings(input: {agentsMayTransfer: true}) { errors { message } } }';
    await api.query(document, {}, 'demo-admin');
    await page.reload();
    await button('Export').click();
    expect((await download(page)).text).not.toContain(',secret,');
  });
});
