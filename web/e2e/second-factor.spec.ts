import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';
import { admin, type Credentials } from './api';
import { controls } from './controls';
import { checkAppearance, expect, signIn, test } from './fixtures';

const uma: Credentials = {
  account: admin.account,
  login: 'uma@example.com',
  password: 'the-first-password',
};

/** The code that an app shows so many time steps later; the server accepts that of the next. */
function codeOf(secret: string, step: number): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) });
  return totp.generate({ timestamp: Date.now() + step * 30_000 });
}

test('a user sets up a second factor, signs in with it, and loses the device', async ({
  adminPage: page,
  expectErrors,
  newPage,
  step,
}) => {
  const { button, dialog, row, open } = controls(page);
  const password = (scope: Page | Locator) =>
    scope.getByRole('textbox', { name: 'Current password', exact: true });
  const code = (scope: Page | Locator) => scope.getByLabel('Code', { exact: true });
  const shown = (name: string, scope: Page | Locator) =>
    scope.getByRole('group', { name, exact: true }).innerText();
  const enterPassword = async (scope: Page) => {
    if (scope.url() === 'about:blank') await scope.goto('/');
    await scope.getByLabel('Account', { exact: true }).fill(uma.account);
    await scope.getByLabel('Login', { exact: true }).fill(uma.login);
    await scope.getByLabel('Password', { exact: true }).fill(uma.password);
    await button('Sign in', scope).click();
  };
  const enterCode = async (scope: Page | Locator, value: string) => {
    await code(scope).fill(value);
    await button('Sign in', scope).click();
  };
  let secret = '';
  let used = '';
  let recovery: string[] = [];
  const setUp = async (scope: Page | Locator) => {
    await password(scope).fill(uma.password);
    await button('Continue', scope).click();
    await scope.getByRole('img', { name: 'QR code of the secret' }).waitFor();
    secret = await shown('Secret', scope);
  };

  await step('an admin requires a second factor of a new user', async () => {
    await open('People');
    await button('New user', page).click();
    await dialog('New user').getByLabel('Name', { exact: true }).fill('Uma');
    await dialog('New user').getByLabel('Login', { exact: true }).fill(uma.login);
    await dialog('New user').getByRole('textbox', { name: 'Password' }).fill(uma.password);
    await button('Create', dialog('New user')).click();
    await row('Uma').getByText('Off', { exact: true }).waitFor();
    await button('Edit Uma', page).click();
    await dialog('Edit Uma').getByLabel('Must have a second factor').check();
    await button('Save', dialog('Edit Uma')).click();
    await row('Uma').getByText('Required', { exact: true }).waitFor();
  });

  const umaPage = await newPage('uma');

  await step('the user can do nothing else at first', async () => {
    await enterPassword(umaPage);
    await umaPage.getByRole('heading', { level: 1, name: 'Set up a second factor' }).waitFor();
    await umaPage.goto('/manage/security');
    await umaPage.getByRole('heading', { level: 1, name: 'Set up a second factor' }).waitFor();
    await checkAppearance(umaPage, 'second-factor-required');
    await password(umaPage).fill('wrong-password');
    await button('Continue', umaPage).click();
    await umaPage.getByText('The current password is wrong.').waitFor();
    await setUp(umaPage);
    await checkAppearance(umaPage, 'second-factor-qr-code');
    await code(umaPage).fill('wrong');
    await button('Turn on', umaPage).click();
    await umaPage.getByText('The code is missing or wrong, or was used before').waitFor();
    used = codeOf(secret, 0);
    await code(umaPage).fill(used);
    await button('Turn on', umaPage).click();
    await umaPage.getByText('They cannot be shown again.').waitFor();
    recovery = (await shown('Recovery codes', umaPage)).split('\n');
    expect(recovery).toHaveLength(10);
    await checkAppearance(umaPage, 'recovery-codes');
    const [download] = await Promise.all([
      umaPage.waitForEvent('download'),
      umaPage.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect((await readFile(await download.path(), 'utf8')).trim().split('\n')).toEqual(recovery);
    await umaPage.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button('Copy', umaPage).click();
    await button('Copied', umaPage).waitFor();
    await button('Done', umaPage).click();
    await umaPage.getByRole('heading', { level: 1, name: 'Security' }).waitFor();
    await umaPage.getByText('10 recovery codes are left. An admin requires it.').waitFor();
    await expect(button('Turn off', umaPage)).toHaveCount(0);
    expect(await umaPage.content()).not.toContain(recovery[0]);
  });

  await step('sign in with a code, as a second step', async () => {
    await button('Sign out', umaPage).click();
    await enterPassword(umaPage);
    await expect(code(umaPage)).toBeFocused();
    await checkAppearance(umaPage, 'sign-in-code');
    await button('Back', umaPage).click();
    await button('Sign in', umaPage).click();
    await enterCode(umaPage, used);
    await umaPage.getByText('The code is missing or wrong, or was used before').waitFor();
    await enterCode(umaPage, codeOf(secret, 1));
    await umaPage.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
    await umaPage.getByText('1 failed attempt to sign in').waitFor();
    await button('Close', umaPage).click();
  });

  await step('sign in again with a recovery code, in the dialog', async () => {
    await umaPage.context().clearCookies();
    await expectErrors(umaPage, /Failed to load resource: .* 401/, async () => {
      await umaPage.getByRole('link', { name: 'Security', exact: true }).click();
      await dialog('Your session has ended', umaPage).waitFor();
    });
    const again = dialog('Your session has ended', umaPage);
    await again.getByLabel('Login', { exact: true }).fill(uma.login);
    await again.getByLabel('Password', { exact: true }).fill(uma.password);
    await button('Sign in', again).click();
    await enterCode(again, recovery[0] ?? '');
    await again.waitFor({ state: 'detached' });
    await umaPage.getByText('9 recovery codes are left.').waitFor();
  });

  await step('create new recovery codes', async () => {
    await button('New recovery codes', umaPage).click();
    const created = dialog('New recovery codes', umaPage);
    await password(created).fill(uma.password);
    await code(created).fill(recovery[1] ?? '');
    await button('Create', created).click();
    const codes = (await shown('Recovery codes', created)).split('\n');
    expect(codes).not.toContain(recovery[2]);
    await button('Done', created).click();
    await umaPage.getByText('10 recovery codes are left.').waitFor();
    recovery = codes;
  });

  await step('the device is lost: the admin resets it', async () => {
    await page.reload();
    await row('Uma').getByText('On, required', { exact: true }).waitFor();
    await checkAppearance(page, 'people-second-factor');
    await button('Reset factor Uma', page).click();
    await checkAppearance(page, 'second-factor-reset');
    await button('Reset', dialog('Reset the second factor of Uma?')).click();
    await row('Uma').getByText('Required', { exact: true }).waitFor();
    await button('Edit Uma', page).click();
    await dialog('Edit Uma').getByLabel('Must have a second factor').uncheck();
    await button('Save', dialog('Edit Uma')).click();
    await row('Uma').getByText('Off', { exact: true }).waitFor();
    await umaPage.context().clearCookies();
    await umaPage.goto('/manage/security');
    await signIn(umaPage, uma);
    await umaPage.getByText('Off. With it, a sign-in also needs').waitFor();
  });

  await step('the user turns it on, replaces the device and turns it off', async () => {
    await button('Turn on', umaPage).click();
    const first = dialog('Turn on the second factor', umaPage);
    await setUp(first);
    await code(first).fill(codeOf(secret, 0));
    await button('Turn on', first).click();
    await button('Done', first).click();
    await umaPage.getByText('10 recovery codes are left.').waitFor();
    await checkAppearance(umaPage, 'security-second-factor');

    await button('Replace the device', umaPage).click();
    const second = dialog('Replace the device', umaPage);
    await code(second).fill(codeOf(secret, 1));
    await setUp(second);
    await code(second).fill(codeOf(secret, 0));
    await button('Turn on', second).click();
    recovery = (await shown('Recovery codes', second)).split('\n');
    await button('Done', second).click();

    await button('Turn off', umaPage).click();
    const off = dialog('Turn off the second factor', umaPage);
    await password(off).fill(uma.password);
    await code(off).fill(recovery[0] ?? '');
    await checkAppearance(umaPage, 'second-factor-off');
    await button('Turn off', off).click();
    await umaPage.getByText('Off. With it, a sign-in also needs').waitFor();
  });

  await step('the account requires it, also of the admin', async () => {
    await open('Activity');
    for (const sentence of [
      'Uma turned on their second factor.',
      'A sign-in of uma@example.com failed because the code was wrong, but the password was right.',
      'Uma used a recovery code (9 left).',
      'Uma created new recovery codes.',
      'Demo Admin reset the second factor of uma@example.com.',
      'Uma turned off their second factor.',
    ])
      await expect(page.getByText(sentence).first()).toBeVisible();
    await open('Account');
    await page.getByLabel('All users must have a second factor').check();
    await button('Save', page).click();
    await page.getByRole('heading', { level: 1, name: 'Set up a second factor' }).waitFor();
    await button('Sign out', page).click();
    await button('Sign in', page).waitFor();
  });
});
