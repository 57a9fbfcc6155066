import type { Page } from '@playwright/test';
import { ContactPage } from './contact-page';
import { test as base, checkAppearance, expect } from './fixtures';
import { Provider } from './provider';
import { Server } from './server';

// Each test has a provider, and a server that uses it.
const test = base.extend<{ provider: Provider }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern
  provider: async ({}, use) => {
    const provider = await Provider.start();
    await use(provider);
    provider.stop();
  },
  server: [
    async ({ contacts, provider }, use) => {
      const server = await Server.start(contacts, provider.flags());
      await use(server);
      await server.stop();
    },
    { scope: 'test', timeout: 350_000 },
  ],
});

test('a colleague signs in by the provider, comes back to the page, and signs out there', async ({
  adminPage,
  expectErrors,
  newPage,
  provider,
  step,
}) => {
  const page = await newPage('ada');
  const sso = (on: Page) => on.getByRole('link', { name: 'Sign in with Acme SSO' });
  const atProvider = <T>(on: Page, action: () => Promise<T>) =>
    expectErrors(on, /request to another origin/, action);
  const choose = async (on: Page, name: string) => {
    await on.getByRole('button', { name, exact: true }).click();
  };

  await step('the sign-in page has a button', async () => {
    await page.goto('/contacts/7');
    await expect(sso(page)).toBeVisible();
    await checkAppearance(page, 'sign-in-with-provider');
  });

  await step('an unknown user gets an explanation', () =>
    atProvider(page, async () => {
      await sso(page).click();
      await choose(page, 'Ada');
      await expect(page.getByRole('alert')).toContainText('There is no user for you yet.');
    }),
  );
  await step('the explanation is accessible', () =>
    checkAppearance(page, 'sign-in-by-provider-failed'),
  );

  await step('an admin allows the first sign-in to create users', async () => {
    await adminPage.goto('/manage/account');
    await adminPage.getByLabel('The first sign-in by the provider creates a user').check();
    await adminPage.getByRole('button', { name: 'Save' }).click();
    await expect(adminPage.getByText('Settings saved.')).toBeVisible();
  });

  const contact = new ContactPage(page);
  await step('she tries again, and comes back to the page', async () => {
    await atProvider(page, async () => {
      await page.getByRole('link', { name: 'Try again' }).click();
      await choose(page, 'Ada');
      await expect(contact.input('First name')).toBeVisible();
    });
    expect(new URL(page.url()).pathname).toBe('/contacts/7');
    await expect(page.getByText('Ada · Demo')).toBeVisible();
  });

  await step('the session ends, and a sign-in in another tab keeps her input', async () => {
    await contact.input('First name').fill('Unsaved');
    await page.context().clearCookies();
    await expectErrors(page, /401/, () => contact.button('Save').click());
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    const opened = page.context().waitForEvent('page');
    await atProvider(page, async () => {
      await sso(page).click();
      const tab = await opened;
      await choose(tab, 'Ada');
      await expect(tab.getByRole('heading', { name: 'You are signed in' })).toBeVisible();
      await tab.close();
    });
    await dialog.waitFor({ state: 'detached' });
    await expect(contact.input('First name')).toHaveValue('Unsaved');
    await contact.save();
  });

  await step('she has no password to change here', async () => {
    await page.goto('/manage/security');
    await expect(page.getByRole('heading', { name: 'Your sessions' })).toBeVisible();
    await expect(page.getByLabel('Current password')).toHaveCount(0);
  });

  await step('the admin sees how she signs in', async () => {
    await adminPage.goto('/manage/people');
    const row = adminPage.getByRole('row').filter({ hasText: 'Ada@example.com' });
    await expect(row).toContainText('By the provider');
    await checkAppearance(adminPage, 'people-with-provider');
  });

  await step('she signs out of the provider too', () =>
    atProvider(page, async () => {
      const left = page.waitForRequest((r) => r.url().startsWith(`${provider.issuer}/end_session`));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await left;
      await expect(sso(page)).toBeVisible();
    }),
  );
});
