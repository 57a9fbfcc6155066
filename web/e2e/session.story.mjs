// contacts: 40
// Who signs in stays where they were, no script can read the session, and one that has ended costs nothing that was typed.
import assert from 'node:assert/strict';
import { admin, agent, axe, customer, eventually, expecting, graphql, look, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('agent');
  const button = (name) => page.getByRole('button', { name, exact: true });
  const field = (name) => page.getByRole('textbox', { name, exact: true });
  const heading = (name) => page.getByRole('heading', { level: 1, name });

  await step('a wrong password is told in words, and what was typed stays', async () => {
    await page.goto('/contacts/7');
    await field('Account').fill(agent.account);
    await field('Login').fill(agent.login);
    await field('Password').fill('not-the-password');
    await button('Sign in').click();
    await page
      .getByRole('alert')
      .getByText(/password/)
      .waitFor();
    assert.equal(await field('Account').inputValue(), agent.account);
    assert.equal(await field('Login').inputValue(), agent.login);
    assert.equal(await field('Password').inputValue(), 'not-the-password');
    await look(page, 'sign-in-refused');
  });

  await step('the password can be shown', async () => {
    await page.getByRole('button', { name: 'Show the password' }).click();
    assert.equal(await field('Password').getAttribute('type'), 'text');
  });

  const seven = await nameOf(7);
  await step('the address is still there after signing in', async () => {
    await signIn(page);
    await heading(seven).waitFor();
    assert.equal(new URL(page.url()).pathname, '/contacts/7');
  });

  await step('no script can read the session', async () => {
    const cookies = await page.context().cookies();
    assert.equal(cookies.length, 1, JSON.stringify(cookies));
    const [{ httpOnly, sameSite, path, value }] = cookies;
    assert.deepEqual({ httpOnly, sameSite, path }, { httpOnly: true, sameSite: 'Lax', path: '/' });
    const seen = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]),
    );
    assert.ok(value.length >= 20, 'the cookie is no token');
    assert.ok(!seen.includes(value), 'a script can read the session');
  });

  await step('signing out leads to the beginning, and nobody comes back by going back', async () => {
    await button('Sign out').click();
    await button('Sign in').waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    assert.equal((await page.context().cookies()).length, 0);
    await page.goBack().catch(() => {});
    await page.goto('/contacts/7');
    await button('Sign in').waitFor();
    assert.equal(await page.getByText(seven).count(), 0);
  });

  await step('each of the offers signs in', async () => {
    const offers = [
      [admin, 'Admin', 'Demo Admin'],
      [agent, 'Agent', 'Demo Agent'],
      [customer, 'Customer', await nameOf(466)],
    ];
    for (const [who, role, name] of offers) {
      await page.goto('/contacts/new'); // where nothing is asked for meanwhile
      await button(`${role}: ${who.login}`).click();
      await page.getByText(`${name} · Demo`).waitFor();
      await button('Sign out').click();
      await button('Sign in').waitFor();
    }
  });

  for (const [how, end] of [
    ['by signing out in another tab', elsewhere],
    ['because the browser lost its cookie', (context) => context.clearCookies()],
  ]) {
    await step(`a session ends ${how}: what was typed can still be saved`, async () => {
      const typed = `Typed ${how.length}`;
      await page.goto('/contacts/8');
      await button(`Agent: ${agent.login}`).click();
      await field('First name').fill(typed);
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
      await expecting(page, /Failed to load resource: .* 401/, async () => {
        await end(page.context());
        await button('Save').click();
        await dialog.waitFor();
        await axe(page);
        await dialog.getByLabel('Login').fill(agent.login);
        assert.equal(await dialog.getByLabel('Account').inputValue(), agent.account);
        await dialog.getByRole('textbox', { name: 'Password' }).fill(agent.password);
        await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
      });
      assert.equal(await field('First name').inputValue(), typed);
      await button('Save').click();
      await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
      await eventually(async () => assert.match(await nameOf(8), new RegExp(`^${typed} `)));
      await button('Sign out').click();
      await button('Sign in').waitFor();
    });
  }

  await step('somebody else signs in in another tab: nothing is saved under the name of the other', async () => {
    await page.goto('/contacts/9');
    await button(`Agent: ${agent.login}`).click();
    await field('First name').fill('Unsigned');
    const other = await page.context().newPage();
    await other.goto('/contacts/new');
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('button', { name: `Admin: ${admin.login}` }).click();
    await other.getByText('Demo Admin · Demo').waitFor();
    const dialog = page.getByRole('dialog', { name: 'Somebody else has signed in in this browser' });
    await dialog.waitFor();
    await axe(page);
    assert.doesNotMatch(await nameOf(9), /Unsigned/);
    await dialog.getByLabel('Login').fill(agent.login);
    await dialog.getByRole('textbox', { name: 'Password' }).fill(agent.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await other.getByRole('dialog', { name: 'Somebody else has signed in in this browser' }).waitFor();
    await other.close();
    await button('Save').click();
    await eventually(async () => assert.match(await nameOf(9), /^Unsigned /));
    await button('Sign out').click();
    await button('Sign in').waitFor();
  });

  await step('an address that nobody may see more by', async () => {
    await page.goto('/manage/stores');
    await signIn(page);
    await heading('There is no such page').waitFor();
    await button('Sign out').click();
    await button('Sign in').waitFor();
  });
});

// elsewhere signs out in a tab beside the page's.
async function elsewhere(context) {
  const other = await context.newPage();
  await other.goto('/contacts/new'); // where nothing is asked for meanwhile
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await other.close();
}

async function nameOf(id) {
  const { contact } = await graphql('query ($id: ID!) { contact(id: $id) { firstName lastName } }', { id });
  return `${contact.firstName} ${contact.lastName}`;
}
