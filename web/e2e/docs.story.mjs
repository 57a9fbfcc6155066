// contacts: 20
// A developer reads how the APIs work, and tries the REST ones at /docs: what is written there is so.
import assert from 'node:assert/strict';
import { eventually, expecting, graphql, look, person, step, story, url } from './harness.mjs';

const document = await (await fetch(`${url}/openapi.json`)).json();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => operation.operationId)
    .map(([method, operation]) => ({ path, method, ...operation })),
);
const operation = (id) => operations.find((o) => o.operationId === id);
const exampleOf = (response, name) => response.content['application/json'].examples[name].value;

const block = (page, id) => page.locator(`[id$="-${id}"].opblock`);

async function openDocs(page) {
  await page.goto('/docs');
  await page
    .locator('.opblock')
    .nth(operations.length - 1)
    .waitFor();
}

// tryOut opens an operation and sends its example as it stands. It returns what was sent and answered, which the page shows.
async function tryOut(page, id) {
  const { path, method } = operation(id);
  const shown = block(page, id);
  const summary = shown.locator('.opblock-summary-control');
  if ((await summary.getAttribute('aria-expanded')) !== 'true') await summary.click();
  const begin = shown.getByRole('button', { name: 'Try it out' });
  const execute = shown.getByRole('button', { name: 'Execute', exact: true });
  await begin.or(execute).first().waitFor();
  if (await begin.isVisible()) await begin.click();
  const start = path.replace(/\{.*/, '');
  const asked = (r) => r.request().method() === method.toUpperCase() && new URL(r.url()).pathname.startsWith(start);
  const [response] = await Promise.all([page.waitForResponse(asked), execute.click()]);
  const live = shown.locator('.live-responses-table');
  await live.locator('.response-col_status', { hasText: `${response.status()}` }).waitFor();
  const headers = await response.request().allHeaders();
  for (const name of ['idempotency-key', 'x-request-id']) assert.ok(!(name in headers), `${id} sends ${name} unasked`);
  const body = await response.json();
  await eventually(async () =>
    assert.deepEqual(JSON.parse(await live.locator('.highlight-code code').first().innerText()), body),
  );
  return { status: response.status(), headers, body };
}

// Times and secrets are made as the server starts.
const lasting = ({ LastModified: _, RegistrationDateTime: __, Secret: ___, ...rest }) => rest;

await story(async () => {
  const page = await person('developer');
  await step('every operation of the document is there', async () => {
    await openDocs(page);
    assert.ok(operations.length > 0);
    assert.equal(await page.locator('.opblock').count(), operations.length);
    for (const { operationId, method, path, summary } of operations) {
      const text = (await block(page, operationId).locator('.opblock-summary').innerText()).replaceAll(/[\s\u200b]+/g, ' ');
      assert.match(text.toLowerCase(), new RegExp(`^${method} `), operationId);
      assert.ok(text.replaceAll(' ', '').includes(path), `${operationId}: ${text}`);
      assert.ok(text.includes(summary), `${operationId}: ${text}`);
    }
    await look(page, 'rest');
  });
  await step('the key of the demo data is filled in', async () => {
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.dialog-ux');
    await dialog.getByRole('button', { name: 'Logout' }).first().waitFor();
    await look(page, 'rest-key');
    await dialog.getByRole('button', { name: 'Close' }).first().click();
  });

  await step('a contact is read', async () => {
    const { status, headers, body } = await tryOut(page, 'getContact');
    assert.equal(status, 200);
    assert.equal(headers['x-apikey'], 'demo-agent');
    const told = exampleOf(operation('getContact').responses[200], 'contact');
    assert.deepEqual(Object.keys(body), Object.keys(told));
    assert.deepEqual([body.Id, body.LastName, body.Version], [told.Id, told.LastName, told.Version]);
    await block(page, 'getContact').scrollIntoViewIfNeeded();
    await look(page, 'rest-tried');
  });
  await step('a contact is replaced', async () => {
    const { status, body } = await tryOut(page, 'putContact');
    assert.equal(status, 200);
    assert.deepEqual(lasting(body), lasting(exampleOf(operation('putContact').responses[200], 'contact')));
    assert.equal((await graphql('{ contact(id: 7) { firstName } }')).contact.firstName, 'Eleonora');
  });
  await step('and not again with the old version', async () => {
    const again = await expecting(page, /console error: .* 409/, () => tryOut(page, 'putContact'));
    assert.equal(again.status, 409);
    assert.equal(again.body.Version, 'AAAAAAAAAAI=');
  });
  await step("a contact's details are saved", async () => {
    const { status, body } = await tryOut(page, 'setDetails');
    assert.equal(status, 200);
    assert.deepEqual(body, exampleOf(operation('setDetails').responses[200], 'saved'));
    const { contact } = await graphql('{ contact(id: 466) { firstName lastName } }');
    assert.deepEqual(contact, { firstName: 'John', lastName: 'Deer' });
    await block(page, 'setDetails').scrollIntoViewIfNeeded();
    await look(page, 'rest-written');
  });
  await step('the changes are listed', async () => {
    assert.equal((await tryOut(page, 'getChanges')).status, 200);
  });

  await step('the manual of GraphQL', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'GraphQL' }).click();
    await page.getByRole('heading', { name: 'The GraphQL API' }).waitFor();
    await look(page, 'graphql-manual');
    const curl = await page.locator('pre').first().innerText();
    assert.ok(curl.includes(`curl -s ${new URL(url).origin}/graphql `), curl);
    assert.ok(curl.includes("'X-ApiKey: demo-agent'"), curl);
  });
  await step('has every code, with its meaning', async () => {
    const { __type } = await graphql('{ __type(name: "ContactErrorCode") { enumValues { name description } } }');
    const plain = __type.enumValues.map(({ name, description }) => [
      name,
      description.replaceAll('`', '').replaceAll(/\s+/g, ' '),
    ]);
    assert.deepEqual(await rows(page, 'Codes in payloads'), plain);
    const ofAnswers = await rows(page, 'Codes in extensions.code');
    assert.ok(ofAnswers.length > 5);
    for (const [code, meaning] of ofAnswers) assert.ok(/^[A-Z_]+$/.test(code) && meaning, `${code}: ${meaning}`);
  });
  await step('has the limits that there are', async () => {
    const limits = new Map(await rows(page, 'The most that there may be'));
    assert.ok(limits.size > 5);
    for (const [what, most] of limits) assert.match(most, /^[\d,]+( \w+)?$/, what);
    const first = Number([...limits].find(([what]) => what.startsWith('Contacts on a page'))[1].replace(',', ''));
    const pageOf = (n) => graphql(`{ contacts(first: ${n}) { totalCount } }`);
    assert.equal((await pageOf(first)).contacts.totalCount > 0, true);
    await assert.rejects(pageOf(first + 1), /first/);
  });
  await step('its links lead somewhere', () => linksLead(page));
  await step('so do those of the other pages for developers', async () => {
    await openDocs(page);
    await linksLead(page);
  });
});

// rows are what the cells of a table's body say.
async function rows(page, caption) {
  const table = page.locator('table').filter({ has: page.locator('caption', { hasText: caption }) });
  return table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
}

// linksLead follows every link of the page to where it says.
async function linksLead(page) {
  const links = await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href));
  assert.ok(links.length > 5);
  for (const link of new Set(links)) {
    const { origin, pathname, hash } = new URL(link);
    assert.equal(origin, new URL(url).origin, link);
    const response = await fetch(origin + pathname);
    assert.equal(response.status, 200, link);
    await response.body?.cancel();
    if (hash.length > 1) assert.ok(await page.evaluate((id) => window.document.getElementById(id) !== null, hash.slice(1)), link);
  }
}
