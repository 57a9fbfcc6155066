import type { BrowserContext } from '@playwright/test';
import { admin, agent, customer, customerId } from './api';
import { checkAccessibility, checkAppearance, expect, signIn, test } from './fixtures';

test.use({ contacts: 40 });

test('sessions: signing in and out, and what happens when a session ends', async ({
  api,
  page,
  step,
  expectErrors,
}) => {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  const signInWithOffer = () => button(`Agent: ${agent.login}`).click();
  const signOut = async () => {
    await button('Sign out').click();
    await button('Sign in').waitFor();
  };

  await step('a wrong password is reported, and what was typed stays', async () => {
    await page.goto('/contacts/7');
    await field('Account').fill(agent.account);
    await field('Login').fill(agent.login);
    await field('Password').fill('not-the-password');
    await button('Sign in').click();
    await page
      .getByRole('alert')
      .getByText(/password/)
      .waitFor();
    await expect(field('Account')).toHaveValue(agent.account);
    await expect(field('Login')).toHaveValue(agent.login);
    await expect(field('Password')).toHaveValue('not-the-password');
    await checkAppearance(page, 'sign-in-refused');
  });

  await step('the password can be shown', async () => {
    await button('Show password').click();
    await expect(field('Password')).toHaveAttribute('type', 'text');
  });

  const name = await api.name(7);
  await step('the address is kept while signing in', async () => {
    await signIn(page);
    await heading(name).waitFor();
    expect(new URL(page.url()).pathname).toBe('/contacts/7');
  });

  await step('no script can read the session', async () => {
    const cookies = await page.context().cookies();
    expect(cookies).toEqual([
      expect.objectContaining({ httpOnly: true, sameSite: 'Lax', path: '/' }),
    ]);
    const readable = await page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        document.documentElement.outerHTML,
      ]),
    );
    const token = cookies[0]?.value ?? '';
    expect(token.length, 'the cookie is a token').toBeGreaterThanOrEqual(20);
    expect(readable.includes(token), 'a script can read the session').toBe(false);
  });

  await step('signing out leads to the start, and going back shows nothing', async () => {
    await signOut();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(await page.context().cookies()).toHaveLength(0);
    await page.goBack().catch(() => {});
    await page.goto('/contacts/7');
    await button('Sign in').waitFor();
    await expect(page.getByText(name)).toHaveCount(0);
  });

  await step('each of the demo users can sign in with one click', async () => {
    for (const [user, role, userName] of [
      [admin, 'Admin', 'Demo Admin'],
      [agent, 'Agent', 'Demo Agent'],
      [customer, 'Customer', await api.name(customerId)],
    ] as const) {
      await page.goto('/contacts/new'); // this page sends no requests meanwhile
      await button(`${role}: ${user.login}`).click();
      await page.getByText(`${userName} · Demo`).waitFor();
      await signOut();
    }
  });

  for (const [how, endSession] of [
    ['by signing out in another tab', signOutElsewhere],
    ['because the browser lost its cookie', (context: BrowserContext) => context.clearCookies()],
  ] as const) {
    await step(`a session ends ${how}: what was typed can still be saved`, async () => {
      const typed = `Typed ${how.length}`;
      await page.goto('/contacts/8');
      await signInWithOffer();
      await field('First name').fill(typed);
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
      await expectErrors(page, /Failed to load resource: .* 401/, async () => {
        await endSession(page.context());
        await button('Save').click();
        await dialog.waitFor();
        await checkAccessibility(page);
        await dialog.getByLabel('Login').fill(agent.login);
        await expect(dialog.getByLabel('Account')).toHaveValue(agent.account);
        await dialog.getByRole('textbox', { name: 'Password' }).fill(agent.password);
        await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
      });
      await expect(field('First name')).toHaveValue(typed);
      await button('Save').click();
      await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
      await api.expectStored(8, { firstName: typed });
      await signOut();
    });
  }

  await step('another user signs in in another tab: nothing is saved in their name', async () => {
    await page.goto('/contacts/9');
    await signInWithOffer();
    await field('First name').fill('Unsigned');
    const other = await page.context().newPage();
    await other.goto('/contacts/new');
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('button', { name: `Admin: ${admin.login}` }).click();
    await other.getByText('Demo Admin · Demo').waitFor();
    const dialog = page.getByRole('dialog', {
      name: 'This browser is now signed in as a different user',
    });
    await dialog.waitFor();
    await checkAccessibility(page);
    expect(await api.name(9)).not.toMatch(/Unsigned/);
    await dialog.getByLabel('Login').fill(agent.login);
    await dialog.getByRole('textbox', { name: 'Password' }).fill(agent.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await other
      .getByRole('dialog', { name: 'This browser is now signed in as a different user' })
      .waitFor();
    await other.close();
    await button('Save').click();
    await expect.poll(() => api.name(9)).toMatch(/^Unsigned /);
    await signOut();
  });

  await step('an agent finds no page that only an admin may see', async () => {
    await page.goto('/manage/stores');
    await signIn(page);
    await heading('Page not found').waitFor();
    await signOut();
  });
});

/** Signs out in another tab of the same browser. */
async function signOutElsewhere(context: BrowserContext): Promise<void> {
  const other = await context.newPage();
  await other.goto('/contacts/new'); // this page sends no requests meanwhile
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await other.close();
}
