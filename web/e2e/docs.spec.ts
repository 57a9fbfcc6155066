import type { Page } from '@playwright/test';
import { checkAppearance, checkWidth, expect, test } from './fixtures';

interface Operation {
  operationId: string;
  summary: string;
  responses: Record<
    string,
    { content: Record<string, { examples: Record<string, { value: Body }> }> }
  >;
}

interface OpenAPI {
  paths: Record<string, Record<string, Operation>>;
}

type Body = Record<string, unknown>;
type Located = Operation & { path: string; method: string };

/** A request that the page has sent, and its response. */
interface Tried {
  status: number;
  headers: Record<string, string>;
  body: Body;
}

const block = (page: Page, id: string) => page.locator(`[id$="-${id}"].opblock`);

test('a developer reads the manuals, and tries the REST APIs: the examples are true', async ({
  api,
  page,
  server,
  step,
  expectErrors,
}) => {
  const operations = await operationsOf(server.url);
  const operation = (id: string) => {
    const found = operations.find(({ operationId }) => operationId === id);
    if (!found) throw new Error(`there is no operation ${id}`);
    return found;
  };
  const example = (id: string, name: string) =>
    operation(id).responses[200]?.content['application/json']?.examples[name]?.value ?? {};
  const tryOut = (id: string) => sendExample(page, operation(id));
  const openDocs = async () => {
    await page.goto('/docs');
    await expect(page.locator('.opblock')).toHaveCount(operations.length);
  };

  await step('every operation of the document is there', async () => {
    await openDocs();
    expect(operations.length).toBeGreaterThan(0);
    for (const { operationId, method, path, summary } of operations) {
      const text = (
        await block(page, operationId).locator('.opblock-summary').innerText()
      ).replaceAll(/[\s\u200b]+/g, ' ');
      expect(text.toLowerCase(), operationId).toMatch(new RegExp(`^${method} `));
      expect(text.replaceAll(' ', ''), operationId).toContain(path);
      expect(text, operationId).toContain(summary);
    }
    await checkAppearance(page, 'rest');
  });
  await step('the key of the demo data is filled in', async () => {
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.dialog-ux');
    await dialog.getByRole('button', { name: 'Logout' }).first().waitFor();
    await checkAppearance(page, 'rest-key');
    await dialog.getByRole('button', { name: 'Close' }).first().click();
  });

  await step('read a contact', async () => {
    const { status, headers, body } = await tryOut('getContact');
    expect(status).toBe(200);
    expect(headers['x-apikey']).toBe('demo-agent');
    const documented = example('getContact', 'contact');
    expect(Object.keys(body)).toEqual(Object.keys(documented));
    expect([body.Id, body.LastName, body.Version]).toEqual([
      documented.Id,
      documented.LastName,
      documented.Version,
    ]);
    await block(page, 'getContact').scrollIntoViewIfNeeded();
    await checkAppearance(page, 'rest-tried');
  });
  await step('replace a contact', async () => {
    const { status, body } = await tryOut('putContact');
    expect(status).toBe(200);
    expect(withoutVolatile(body)).toEqual(withoutVolatile(example('putContact', 'contact')));
    await api.expectStored(7, { firstName: 'Eleonora' });
  });
  await step('but not again with the old version', async () => {
    const { status, body } = await expectErrors(page, /console error: .* 409/, () =>
      tryOut('putContact'),
    );
    expect(status).toBe(409);
    expect(body.Version).toBe('AAAAAAAAAAI=');
  });
  await step('save the details of a contact', async () => {
    const { status, body } = await tryOut('setDetails');
    expect(status).toBe(200);
    expect(body).toEqual(example('setDetails', 'saved'));
    await api.expectStored(466, { firstName: 'John', lastName: 'Deer' });
    await block(page, 'setDetails').scrollIntoViewIfNeeded();
    await checkAppearance(page, 'rest-written');
  });
  await step('list the changes', async () => expect((await tryOut('getChanges')).status).toBe(200));

  await step('the manual of the GraphQL API', async () => {
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Manual' })
      .click();
    await page.getByRole('heading', { name: 'GraphQL API' }).waitFor();
    await checkAppearance(page, 'graphql-manual');
    const curl = page.locator('pre').first();
    await expect(curl).toContainText(`curl -s ${server.url}/graphql `);
    await expect(curl).toContainText("'X-ApiKey: demo-agent'");
  });
  await step('it lists the limits', async () => {
    const limits = await cells(page, 'Limits of requests and connections');
    expect(limits.length).toBeGreaterThan(5);
    for (const [what, most] of limits) expect(most, what).toMatch(/^[\d,]+( \w+)?$/);
    const first = Number(
      limits.find(([what]) => what?.startsWith('Contacts per page'))?.[1]?.replace(',', ''),
    );
    const list = (n: number) =>
      api.query<{ contacts: { totalCount: number } }>(`{ contacts(first: ${n}) { totalCount } }`);
    expect((await list(first)).contacts.totalCount).toBeGreaterThan(0);
    await expect(list(first + 1)).rejects.toThrow(/first/);
  });
  await step('its links lead somewhere', () => followLinks(page, server.url));
  await step('code can be copied with the keyboard', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).first().focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status')).toHaveText('Copied.');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await page.locator('pre').first().innerText());
    expect(copied).toContain(server.url);
  });
  await step('the other pages of the manual', async () => {
    const links = page.getByRole('navigation', { name: 'Manual' }).getByRole('link');
    const paths = await links.evaluateAll((all: HTMLAnchorElement[]) =>
      all.filter((a) => !a.hash).map((a) => a.pathname),
    );
    expect(paths.length).toBeGreaterThan(10);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of paths) {
      await page.goto(path);
      await expect(page.locator('[aria-current="page"]')).toHaveText(['Manual', /./]);
      await checkWidth(page);
    }
    const menu = page.getByText('Pages of the manual');
    await expect(links.first()).toBeHidden();
    await menu.click();
    await links.filter({ hasText: 'Errors' }).click();
    await page.getByRole('heading', { name: 'Errors' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
    await checkAppearance(page, 'manual-errors');
    await links.filter({ hasText: 'A form in five minutes' }).click();
    await page.getByRole('heading', { name: 'A form in five minutes' }).waitFor();
    await checkAppearance(page, 'manual-code');
  });
  await step('so do those of the REST manual', async () => {
    await openDocs();
    await followLinks(page, server.url);
  });
});

async function operationsOf(url: string): Promise<Located[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenAPI;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.operationId)
      .map(([method, operation]) => ({ ...operation, path, method })),
  );
}

/** Opens an operation, sends its example unchanged, and waits until the page shows the response. */
async function sendExample(page: Page, { operationId, path, method }: Located): Promise<Tried> {
  const shown = block(page, operationId);
  const summary = shown.locator('.opblock-summary-control');
  if ((await summary.getAttribute('aria-expanded')) !== 'true') await summary.click();
  const begin = shown.getByRole('button', { name: 'Try it out' });
  const execute = shown.getByRole('button', { name: 'Execute', exact: true });
  await begin.or(execute).first().waitFor();
  if (await begin.isVisible()) await begin.click();
  const start = path.replace(/\{.*/, '');
  const [response] = await Promise.all([
    page.waitForResponse(
      (r) =>
        r.request().method() === method.toUpperCase() &&
        new URL(r.url()).pathname.startsWith(start),
    ),
    execute.click(),
  ]);
  const live = shown.locator('.live-responses-table');
  await live.locator('.response-col_status', { hasText: `${response.status()}` }).waitFor();
  const headers = await response.request().allHeaders();
  for (const name of ['idempotency-key', 'x-request-id'])
    expect(headers, `${operationId}: not sent by default`).not.toHaveProperty(name);
  const body = (await response.json()) as Body;
  const code = live.locator('.highlight-code code').first();
  await expect(async () => expect(JSON.parse(await code.innerText())).toEqual(body)).toPass({
    timeout: 60_000,
  });
  return { status: response.status(), headers, body };
}

/** Leaves out the times and secrets, which each server creates when it starts. */
function withoutVolatile({
  LastModified: _,
  RegistrationDateTime: __,
  Secret: ___,
  ...rest
}: Body): Body {
  return rest;
}

/** The texts of the cells of a table's body, row by row. */
function cells(page: Page, caption: string): Promise<string[][]> {
  const table = page
    .locator('table')
    .filter({ has: page.locator('caption', { hasText: caption }) });
  return table
    .locator('tbody tr')
    .evaluateAll((rows: HTMLTableRowElement[]) =>
      rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
    );
}

/** Paths that the links of one page or another have led to: most pages have the same ones. */
const answered = new Set<string>();

/**
 * Expects every link of the page to lead to a page of this server or to another site, and every
 * fragment to an element.
 */
async function followLinks(page: Page, url: string): Promise<void> {
  const links = await page
    .locator('a[href]')
    .evaluateAll((all: HTMLAnchorElement[]) => all.map((a) => a.href));
  expect(links.length).toBeGreaterThan(5);
  for (const link of new Set(links)) {
    const { origin, pathname, hash } = new URL(link);
    if (origin !== url) {
      expect(link, 'a page of another site').toMatch(/^https:/);
      continue;
    }
    if (!answered.has(pathname)) {
      const response = await fetch(origin + pathname);
      expect(response.status, link).toBe(200);
      await response.body?.cancel();
      answered.add(pathname);
    }
    if (hash.length > 1)
      expect(
        await page.evaluate((id) => document.getElementById(id) !== null, hash.slice(1)),
        link,
      ).toBe(true);
  }
}
