import { test as base, checkAppearance, expect } from './fixtures';
import { Mailbox } from './mailbox';
import { freeAddress } from './provider';
import { Server } from './server';

// Each test has an SMTP server, and a server that sends messages by it.
const test = base.extend<{ mailbox: Mailbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern
  mailbox: async ({}, use) => {
    const mailbox = await Mailbox.start();
    await use(mailbox);
    mailbox.stop();
  },
  server: [
    async ({ contacts, mailbox }, use) => {
      const server = await Server.start(contacts, mailbox.flags(await freeAddress()));
      await use(server);
      await server.stop();
    },
    { scope: 'test', timeout: 350_000 },
  ],
});

test('an agent who has forgotten the password sets a new one by the link in an email', async ({
  mailbox,
  newPage,
  step,
}) => {
  const page = await newPage('forgetful');
  const login = 'agent@example.com';
  const request = async () => {
    await page.getByLabel('Account').fill('Demo');
    await page.getByLabel('Login').fill(login);
    await page.getByRole('button', { name: 'Send a link' }).click();
    await expect(page.getByRole('status')).toContainText('you will receive a message with a link');
  };

  await step('the sign-in page leads to the request', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Forgotten password?' }).click();
    await expect(page.getByRole('heading', { name: 'Forgotten password' })).toBeVisible();
    await checkAppearance(page, 'forgotten-password');
  });

  await step('a request is answered', async () => {
    await request();
    await checkAppearance(page, 'forgotten-password-requested');
  });

  const link = await step('the message has a link', async () => {
    await expect.poll(() => mailbox.messages.length).toBe(1);
    const [message] = mailbox.messages;
    expect(message?.to).toBe(login);
    return message?.text.match(/^http\S+$/m)?.[0] ?? '';
  });

  await step('the page removes the token from its address', async () => {
    await page.goto(link);
    await expect(page.getByLabel('New password', { exact: true })).toBeVisible();
    expect(new URL(page.url()).hash).toBe('');
    await checkAppearance(page, 'new-password');
  });

  await step('a password that is not allowed is explained', async () => {
    await page.getByLabel('New password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect(page.getByRole('alert')).toContainText('at least 12 characters');
  });

  await step('the new password is set, and works', async () => {
    await page.getByLabel('New password', { exact: true }).fill('a brand new passphrase');
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect(page.getByRole('status')).toContainText('Your password is set');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Account').fill('Demo');
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password', { exact: true }).fill('a brand new passphrase');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Contacts' })).toBeVisible();
  });

  await step('the link works once', async () => {
    const second = await newPage('second');
    await second.goto(link);
    await second.getByLabel('New password', { exact: true }).fill('another new passphrase');
    await second.getByRole('button', { name: 'Set password' }).click();
    await expect(second.getByRole('alert')).toContainText('The link has expired or was used');
    await checkAppearance(second, 'new-password-void');
  });
});

base('without an SMTP server, the sign-in page has no such link', async ({ newPage }) => {
  const page = await newPage('visitor');
  await page.goto('/');
  await expect(page.getByLabel('Login')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Forgotten password?' })).toHaveCount(0);
});
