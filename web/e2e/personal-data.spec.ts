import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { ContactPage } from './contact-page';
import { checkAccessibility, checkAppearance, expect, test } from './fixtures';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Personal data' });

async function openDialog(page: Page) {
  await page.getByRole('button', { name: 'Personal data' }).click();
  await dialog(page).getByRole('link', { name: 'Open as a page' }).waitFor();
}

test('staff and customers read a report of everything that is held on a person', async ({
  agentPage,
  customerPage,
  api,
  step,
}) => {
  await api.update(7, { limitMailsPermanently: true });

  await step('staff open it as a page', async () => {
    await new ContactPage(agentPage).open(7);
    await openDialog(agentPage);
    await checkAppearance(agentPage, 'personal-data');
    const opened = agentPage.waitForEvent('popup');
    await dialog(agentPage).getByRole('link', { name: 'Open as a page' }).click();
    const report = await opened;
    await expect(
      report.getByRole('heading', { name: 'Personal data of contact 7', level: 1 }),
    ).toBeVisible();
    const permissions = report.getByRole('heading', { name: 'Permissions' });
    await expect(permissions).toBeVisible();
    await expect(
      report.getByRole('row', { name: /no marketing email no yes/ }).first(),
    ).toBeVisible();
    await checkAccessibility(report);
    await report.close();
  });

  await step('and download it', async () => {
    const downloading = agentPage.waitForEvent('download');
    await dialog(agentPage).getByRole('link', { name: 'Download as JSON' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('personal-data-7.json');
    const report = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(report.complete).toBe(true);
    expect(report.contact.limitMailsPermanently).toBe(true);
    expect(report.permissionHistory[0].actor.type).toBe('API_KEY');
  });

  await step('customers read their own, which does not name staff', async () => {
    await openDialog(customerPage);
    const downloading = customerPage.waitForEvent('download');
    await dialog(customerPage).getByRole('link', { name: 'Download as JSON' }).click();
    const report = JSON.parse(await readFile(await (await downloading).path(), 'utf8'));
    expect(report.sessions.length).toBeGreaterThan(0);
    expect(JSON.stringify(report)).not.toContain('demo-admin');
  });
});
