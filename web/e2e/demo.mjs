// The demo server: where it is, whom it knows, and a door to its data past the pages.

export const url = process.env.CONTACTGRAPH_URL ?? 'http://127.0.0.1:8080';
export const origin = new URL(url).origin;

// Who can sign in.
export const admin = { account: 'Demo', login: 'admin@example.com', password: 'demo-password' };
export const agent = { account: 'Demo', login: 'agent@example.com', password: 'demo-password' };
export const customer = { account: 'Demo', login: 'customer11@1to1service.com', password: 'demo-password' };

// signIn signs somebody in at the console.
export async function signIn(page, who = agent) {
  if (page.url() === 'about:blank') await page.goto('/');
  await field(page, 'Account').fill(who.account);
  await field(page, 'Login').fill(who.login);
  await field(page, 'Password').fill(who.password);
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  await button.click();
  await button.waitFor({ state: 'detached' });
}

// field is the one with the label, which has a star if it is required.
const field = (page, label) => page.getByLabel(new RegExp(`^${label}\\s*\\*?$`));

// graphql asks the server past the pages: to arrange what a story needs, and to see what was stored. It throws what went wrong,
// also what a payload says.
export async function graphql(query, variables = {}, key = 'demo-agent') {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-ApiKey': key },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  const wrong = errors ?? Object.values(data).flatMap((payload) => payload?.errors ?? []);
  if (wrong.length > 0) throw new Error(`${query}: ${JSON.stringify(wrong)}`);
  return data;
}
