import {
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  type Page,
} from '@playwright/test';
import { stopAnimations } from './accessibility';
import { Api, admin, agent, type Credentials, customer } from './api';
import { PageErrors } from './page-errors';
import { Server } from './server';

export { expect } from '@playwright/test';
export { checkAccessibility, checkAppearance, checkWidth } from './accessibility';

interface Options {
  /** How many contacts the demo data has. */
  contacts: number;
}

interface Fixtures {
  /** A server with demo data, started for this test. */
  server: Server;
  api: Api;
  pageErrors: PageErrors;
  /**
   * Opens a page in a browser context of its own, with an empty cache and storage. The name stands
   * in error messages.
   */
  newPage: (name: string, options?: BrowserContextOptions) => Promise<Page>;
  /** Pages of users who have signed in at the console. */
  agentPage: Page;
  adminPage: Page;
  customerPage: Page;
  /** Runs a part of a test. It also fails if an unexpected error occurred in any page meanwhile. */
  step: <T>(title: string, body: () => T | Promise<T>) => Promise<T>;
  /** See PageErrors.expect. */
  expectErrors: PageErrors['expect'];
}

export const test = base.extend<Options & Fixtures>({
  contacts: [20, { option: true }],

  server: [
    async ({ contacts }, use) => {
      const server = await Server.start(contacts);
      await use(server);
      await server.stop();
    },
    { timeout: 350_000 }, // its start takes none of the test's time
  ],

  baseURL: ({ server }, use) => use(server.url),

  api: ({ server }, use) => use(new Api(server.url)),

  pageErrors: ({ server }, use) => use(new PageErrors(server.url)),

  newPage: async ({ browser, pageErrors }, use, testInfo) => {
    const contexts: BrowserContext[] = [];
    await use(async (name, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      await pageErrors.watch(context, name);
      await context.addInitScript(stopAnimations);
      return context.newPage();
    });
    try {
      if (testInfo.status !== testInfo.expectedStatus)
        console.log(await pageErrors.describePages());
      await pageErrors.check();
    } finally {
      for (const context of contexts) await context.close();
    }
  },

  page: async ({ newPage }, use) => use(await newPage('user')),

  agentPage: async ({ newPage }, use) => use(await signedIn(await newPage('agent'), agent)),
  adminPage: async ({ newPage }, use) => use(await signedIn(await newPage('admin'), admin)),
  customerPage: async ({ newPage }, use) =>
    use(await signedIn(await newPage('customer'), customer)),

  step: ({ pageErrors }, use) =>
    use((title, body) =>
      test.step(title, async () => {
        const result = await body();
        await pageErrors.check();
        return result;
      }),
    ),

  expectErrors: ({ pageErrors }, use) => use((...args) => pageErrors.expect(...args)),
});

/** Signs in at the console. */
export async function signIn(page: Page, credentials: Credentials = agent): Promise<void> {
  if (page.url() === 'about:blank') await page.goto('/');
  const field = (label: string) => page.getByLabel(new RegExp(`^${label}\\s*\\*?$`)); // with a star if it is required
  await field('Account').fill(credentials.account);
  await field('Login').fill(credentials.login);
  await field('Password').fill(credentials.password);
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  await button.click();
  await button.waitFor({ state: 'detached' });
}

async function signedIn(page: Page, credentials: Credentials): Promise<Page> {
  await signIn(page, credentials);
  return page;
}
