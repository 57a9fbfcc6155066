import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { admin, agent, type Credentials } from './api';
import { controls } from './controls';
import { checkAppearance, expect, signIn, test } from './fixtures';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0';

const uma: Credentials = {
  account: admin.account,
  login: 'uma@example.com',
  password: 'the-first-password',
};
const ownPassword = 'the-second-password';

test('an admin manages users and API keys, and users manage their own password and sessions', async ({
  adminPage: page,
  api,
  expectErrors,
  newPage,
  server,
  step,
}) => {
  const { button, field, dialog, row, open } = controls(page);
  const password = (name: string, scope: Page | Locator) =>
    scope.getByRole('textbox', { name, exact: true });
  const submit = async (title: string, label: string) => {
    await button(label, dialog(title)).click();
    await dialog(title).waitFor({ state: 'detached' });
  };
  const activity = () => page.getByRole('list', { name: 'Activity' });
  let token = '';
  const status = async (address = '192.0.2.7', origin = 'http://localhost') => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-ApiKey': token,
        'X-Forwarded-For': address,
        'Sec-Fetch-Site': 'same-origin', // as from a page that a proxy serves
        Origin: origin,
      },
      body: JSON.stringify({ query: '{ viewer { name role } }' }),
    });
    const { data, errors } = (await response.json()) as {
      data?: { viewer: unknown } | null;
      errors?: { extensions: { code: string } }[];
    };
    return data?.viewer ?? errors?.[0]?.extensions.code;
  };

  await step('create a user', async () => {
    await open('People');
    await row('Demo Agent').getByText('Active', { exact: true }).waitFor();
    await button('New user').click();
    await field('Name', dialog('New user')).fill('Uma Example');
    await field('Login', dialog('New user')).fill(uma.login);
    await password('Password', dialog('New user')).fill('short');
    await button('Create', dialog('New user')).click();
    await expect(dialog('New user').getByRole('alert')).toContainText(/12 characters/);
    await checkAppearance(page, 'user-refused');
    await password('Password', dialog('New user')).fill(uma.password);
    await submit('New user', 'Create');
    await expect(row('Uma Example')).toContainText('Agent');
  });

  await step('change the name and the role', async () => {
    await button('Edit Uma Example').click();
    await field('Name', dialog('Edit Uma Example')).fill('Uma');
    await field('Role', dialog('Edit Uma Example')).selectOption('Admin');
    await submit('Edit Uma Example', 'Save');
    await expect(row('Uma')).toContainText('Admin');
    await button('Edit Uma').click();
    await field('Role', dialog('Edit Uma')).selectOption('Agent');
    await submit('Edit Uma', 'Save');
    await expect(row('Uma')).toContainText('Agent');
  });

  const umaPage = await newPage('uma', {
    userAgent: chrome,
    extraHTTPHeaders: { 'X-Forwarded-For': '192.0.2.8' }, // as from a reverse proxy
  });
  const phone = await newPage('uma in another browser', { userAgent: firefox });

  await step('the user signs in, after one wrong password, which is shown then', async () => {
    await umaPage.goto('/');
    await field('Account', umaPage).fill(uma.account);
    await field('Login', umaPage).fill(uma.login);
    await password('Password', umaPage).fill('wrong-password');
    await button('Sign in', umaPage).click();
    await umaPage.getByText('The account, login or password is wrong.').waitFor();
    await password('Password', umaPage).fill(uma.password);
    await button('Sign in', umaPage).click();
    const notice = umaPage.getByText('1 failed attempt to sign in since your last sign-in.');
    await notice.waitFor();
    await checkAppearance(umaPage, 'failed-attempts');
    await button('Close', umaPage).click();
    await notice.waitFor({ state: 'detached' });
    await signIn(phone, uma);
  });

  await step('the user lists the own sessions, and revokes one', async () => {
    await open('Security', umaPage);
    const sessions = umaPage.getByRole('table', { name: 'Your sessions' });
    await sessions.getByText('Chrome on Windows (this session)').waitFor();
    await sessions.getByRole('cell', { name: '192.0.2.8' }).waitFor();
    await sessions.getByText('Firefox on Linux').waitFor();
    await checkAppearance(umaPage, 'own-sessions');
    await sessions.getByRole('button', { name: /^Revoke the session of Firefox on Linux/ }).click();
    await sessions.getByText('Firefox on Linux').waitFor({ state: 'detached' });
    await expectErrors(phone, /Failed to load resource: .* 401/, async () => {
      await phone.getByRole('row').nth(1).waitFor();
      await phone.getByRole('link', { name: 'Security' }).click();
      await dialog('Your session has ended', phone).waitFor();
    });
  });

  await step('the user changes the own password', async () => {
    const change = umaPage.getByRole('form', { name: 'Change password' });
    await password('Current password', change).fill('wrong-password');
    await password('New password', change).fill(ownPassword);
    await button('Change password', change).click();
    await change.getByText('The current password is wrong.').waitFor();
    await password('Current password', change).fill(uma.password);
    await button('Change password', change).click();
    await umaPage.getByText('Password changed. All your other sessions have ended.').waitFor();
    await expect(password('New password', change)).toHaveValue('');
    await dialog('Your session has ended', phone).getByLabel('Login').fill(uma.login);
    await password('Password', dialog('Your session has ended', phone)).fill(ownPassword);
    await button('Sign in', dialog('Your session has ended', phone)).click();
    await dialog('Your session has ended', phone).waitFor({ state: 'detached' });
  });

  await step('the admin sets the password, which ends the sessions of the user', async () => {
    await button('Set password Uma').click();
    const title = 'Set the password of Uma';
    await password('New password', dialog(title)).fill(uma.password);
    await submit(title, 'Set password');
    await expectErrors(umaPage, /Failed to load resource: .* 401/, async () => {
      await umaPage.getByRole('link', { name: 'Contacts' }).click();
      await dialog('Your session has ended', umaPage).waitFor();
    });
    const again = dialog('Your session has ended', umaPage);
    await again.getByLabel('Login').fill(uma.login);
    await password('Password', again).fill(uma.password);
    await button('Sign in', again).click();
    await again.waitFor({ state: 'detached' });
  });

  await step('the admin disables the user, whose session ends', async () => {
    await button('Disable Uma').click();
    await button('Cancel', dialog('Disable Uma?')).click();
    await dialog('Disable Uma?').waitFor({ state: 'detached' });
    await button('Disable Uma').click();
    await checkAppearance(page, 'user-disable');
    await submit('Disable Uma?', 'Disable');
    await row('Uma').getByText('Disabled', { exact: true }).waitFor();
    await expectErrors(umaPage, /Failed to load resource: .* 401/, async () => {
      await open('Security', umaPage);
      await dialog('Your session has ended', umaPage).waitFor();
    });
    await button('Enable Uma').click();
    await submit('Enable Uma?', 'Enable');
    await row('Uma').getByText('Active', { exact: true }).waitFor();
  });

  await step('the last admin cannot be disabled, which is explained', async () => {
    await button('Disable Demo Admin').click();
    await button('Disable', dialog('Disable Demo Admin?')).click();
    await dialog('Disable Demo Admin?').getByRole('alert').waitFor();
    await button('Cancel', dialog('Disable Demo Admin?')).click();
  });

  await step('create an API key, whose token is shown once', async () => {
    await open('API keys');
    await button('New API key').click();
    const created = dialog('New API key');
    await field('Name', created).fill('Till');
    await field('Read-only', created).check();
    await created.getByRole('combobox', { name: 'Allowed addresses' }).fill('192.0.2.0/24');
    await page.keyboard.press('Enter');
    await created.getByRole('combobox', { name: 'Allowed web pages' }).fill('http://localhost');
    await page.keyboard.press('Enter');
    await checkAppearance(page, 'api-key-new');
    await submit('New API key', 'Create');
    const shown = dialog('Token of Till');
    await shown.getByText('It cannot be shown again.').waitFor();
    token = await field('Token', shown).inputValue();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button('Copy', shown).click();
    await button('Copied', shown).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    await page.keyboard.press('Escape');
    await expect(shown).toBeVisible();
    await checkAppearance(page, 'api-key-token');
    await submit('Token of Till', 'Close');
    await expect(row('Till')).toContainText(
      'Agent, read-only, only from 192.0.2.0/24, only by pages of http://localhost',
    );
    await expect(row('Till')).toContainText(`${token.slice(0, 8)}…`);
    expect(await page.content()).not.toContain(token);
    expect(await status()).toEqual({ name: 'Till', role: 'AGENT' });
    expect(await status('198.51.100.1')).toBe('UNAUTHENTICATED');
    expect(await status('192.0.2.7', 'https://evil.example.com')).toBe('UNAUTHENTICATED');
    await checkAppearance(page, 'api-keys-restricted');
  });

  await step('rotate it, and revoke both while they are in use', async () => {
    await button('Rotate Till').click();
    await field('Hours until the old key expires', dialog('Rotate Till')).fill('48');
    await submit('Rotate Till', 'Rotate');
    const old = token;
    token = await field('Token', dialog('Token of Till')).inputValue();
    expect(token).not.toBe(old);
    await submit('Token of Till', 'Close');
    await expect(row('Till')).toHaveCount(2);
    expect(await status()).toEqual({ name: 'Till', role: 'AGENT' });
    for (const left of [1, 0]) {
      await button('Revoke Till').last().click();
      await submit('Revoke Till?', 'Revoke');
      await expect(button('Revoke Till')).toHaveCount(left);
    }
    for (const each of [old, token]) {
      token = each;
      await expect.poll(status).toBe('UNAUTHENTICATED'); // a server may have the key in its cache for 5 s
    }
  });

  await step('create an API key that is limited to trusted documents', async () => {
    await button('New API key').click();
    const created = dialog('New API key');
    await field('Name', created).fill('Kiosk');
    await field('Trusted documents only', created).check();
    await submit('New API key', 'Create');
    token = await field('Token', dialog('Token of Kiosk')).inputValue();
    await submit('Token of Kiosk', 'Close');
    await expect(row('Kiosk')).toContainText('Agent, only trusted documents');
    expect(await status()).toBe('FORBIDDEN');
  });

  await step('change the settings of the account', async () => {
    await open('Account');
    await field('Activity is kept, in days').fill('0');
    await button('Save').click();
    await page
      .getByRole('alert')
      .getByText(/from 1 to 3650/)
      .waitFor();
    await field('Activity is kept, in days').fill('30');
    await field('Country of phone numbers without a country code').fill('xy');
    await button('Save').click();
    await page
      .getByRole('alert')
      .getByText(/code of a country/)
      .waitFor();
    await field('Country of phone numbers without a country code').fill('se');
    await page.getByText('Sweden').waitFor();
    await button('Save').click();
    await page.getByText('Settings saved.').waitFor();
    const { accountSettings } = await api.query<{
      accountSettings: { auditDays: number; defaultCountry: string };
    }>('{ accountSettings { auditDays defaultCountry } }', {}, 'demo-admin');
    expect(accountSettings).toEqual({ auditDays: 30, defaultCountry: 'SE' });
  });

  await step('the activity lists all of this', async () => {
    await open('Activity');
    for (const sentence of [
      'Demo Admin created the user uma@example.com with the role Agent.',
      'Demo Admin changed the user uma@example.com: name from Uma Example to Uma; role from Agent to Admin.',
      'A sign-in failed because the login or password was wrong.',
      'Uma signed in.',
      'Uma revoked a session of uma@example.com.',
      'Uma changed their own password.',
      'Demo Admin set the password of uma@example.com.',
      'Demo Admin disabled the user uma@example.com.',
      'Demo Admin enabled the user uma@example.com.',
      'Demo Admin created the API key Till with the role Agent.',
      'Demo Admin rotated the API key Till: the old one expires within 48 hours.',
      'Demo Admin revoked the API key Till.',
      'Demo Admin changed the settings: “Activity is kept, in days” from 365 to 30; “Country of phone numbers without a country code” from none to SE.',
    ])
      await expect(activity().getByText(sentence).first()).toBeVisible();
    const signedIn = activity().getByRole('listitem').filter({ hasText: 'Uma signed in.' });
    await expect(signedIn.first()).toContainText(/, from 192\.0\.2\.8$/);
    await checkAppearance(page, 'activity');
    await field('Show').selectOption('API keys revoked');
    await expect(activity().getByRole('listitem')).toHaveCount(2);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as CSV' }).click();
    const rows = (await readFile(await (await download).path(), 'utf8')).split('\r\n');
    expect(rows).toHaveLength(4); // with the header and an empty text after the last row
    expect(rows[1]).toMatch(/^[^,]+,API_KEY_REVOKED,.*,Till,$/);
    await field('Show').selectOption('Exports of the audit log');
    await activity().getByText('Demo Admin exported the audit log as CSV.').waitFor();
  });

  await step('older activity is loaded on demand', async () => {
    for (let i = 0; i < 50; i++)
      await api.query(
        'mutation ($days: Int!) { updateAccountSettings(input: { auditDays: $days }) { errors { message } } }',
        { days: 100 + i },
        'demo-admin',
      );
    await field('Show').selectOption('Settings changed');
    await expect(activity().getByRole('listitem')).toHaveCount(50);
    await button('Load more').click();
    await expect(activity().getByRole('listitem')).toHaveCount(51);
    await expect(button('Load more')).toHaveCount(0);
  });

  await step('an agent has no such pages', async () => {
    const other = await newPage('agent');
    await signIn(other, agent);
    for (const path of ['people', 'api-keys', 'activity', 'account']) {
      await expect(other.locator(`a[href="/manage/${path}"]`)).toHaveCount(0);
      await other.goto(`/manage/${path}`);
      await other.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
    }
  });
});
