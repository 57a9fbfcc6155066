// contacts: 60000
// Contacts are found as one types, narrowed, sorted and scrolled through however many there are, and one comes back to the place
// that one left.
import assert from 'node:assert/strict';
import { eventually, graphql, person, signIn, step, story } from './harness.mjs';
import { frames, rowsIn, scrollThrough } from './rows.mjs';

const grossTask = 1000; // milliseconds: nobody overlooks such a pause, also not on a machine that has much else to do

await story(async () => {
  const page = await person('agent');
  const search = page.getByRole('searchbox', { name: 'Search' });
  const link = (name) => page.getByRole('link', { name, exact: true });
  const button = (name) => page.getByRole('button', { name, exact: true });
  const params = () => Object.fromEntries(new URL(page.url()).searchParams);
  const choose = async (label, option) => {
    await page.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  // lists waits until the page lists what the server does, from the first row on, and how many there are.
  const lists = (filter, orderBy = { field: 'ID', direction: 'ASC' }) =>
    eventually(async () => {
      const { ids, total } = await listed(filter, orderBy, 20);
      const rows = await rowsIn(page);
      assert.deepEqual(
        rows.slice(0, 20).map(({ index, id }) => [index, id]),
        ids.map((id, index) => [index, id]),
      );
      assert.equal(await page.getByRole('status').textContent(), counted(total));
    });

  await step('all of them, by number', async () => {
    await signIn(page);
    await lists({});
  });

  await step('letters typed quickly: what was typed last is listed', async () => {
    await search.pressSequentially('karlsson anna', { delay: 15 });
    await lists({ search: 'karlsson anna' });
    assert.deepEqual(params(), { q: 'karlsson anna' });
  });

  await step('no letter is lost, however slowly they come', async () => {
    for (const delay of [190, 205, 220, 260]) {
      await search.fill('');
      await search.pressSequentially('nora vogel', { delay });
      await eventually(() => assert.equal(params().q, 'nora vogel'));
      assert.equal(await search.inputValue(), 'nora vogel', `with ${delay} ms between the letters`);
    }
    await lists({ search: 'nora vogel' });
  });

  await step('an answer that comes late is not taken for that to the last question', async () => {
    let late;
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().variables?.filter?.search !== 'mo') return route.fallback();
      late = new Promise((done) => setTimeout(done, 1500));
      await late;
      await route.continue().catch(() => {}); // the page may have given it up
    });
    await search.fill('mo');
    await eventually(() => assert.ok(late));
    await search.fill('moore petra');
    await lists({ search: 'moore petra' });
    await late;
    await page.waitForTimeout(500);
    await page.unroute('**/graphql');
    await lists({ search: 'moore petra' });
  });

  await step('by a part of the email address, and of the phone number', async () => {
    const { contacts } = await graphql('{ contacts(first: 50) { nodes { email phone } } }');
    const { email } = contacts.nodes.find((c) => c.email);
    await search.fill(email);
    await lists({ search: email });
    const { phone } = contacts.nodes.find((c) => /^\d/.test(c.phone ?? ''));
    await search.fill(phone);
    await lists({ search: phone });
    assert.ok((await rowsIn(page)).length > 0, `nobody is found by ${phone}`);
  });

  await step('nobody matches', async () => {
    await search.fill('nobody is called this');
    await page.getByText('No contact matches.').waitFor();
    assert.equal(await page.getByRole('status').textContent(), '0 contacts');
    await button('Show all').click();
    await lists({});
    assert.equal(await search.inputValue(), '');
    assert.deepEqual(params(), {});
  });

  await step('by store, company and segment, each alone and together', async () => {
    await choose('Store', 'London');
    await lists({ storeId: 4 });
    await choose('Segment', 'Birthday Offers');
    await lists({ storeId: 4, segmentId: 3 });
    await choose('Company', 'Example Outdoor');
    await lists({ storeId: 4, segmentId: 3, companyId: 2 });
    await button('Any store').click();
    await lists({ segmentId: 3, companyId: 2 });
    await button('Any segment').click();
    await lists({ companyId: 2 });
    await button('Show all').click();
    await lists({});
  });

  await step('by when they were changed', async () => {
    const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Changed since').fill(day(1));
    await page.getByText('No contact matches.').waitFor();
    await page.getByLabel('Changed since').fill(day(-1));
    await lists({ modifiedSince: `${day(-1)}T00:00:00Z` });
    await button('Show all').click();
  });

  await step('sorted each way', async () => {
    const sorted = [
      ['Number', 'ID', 'DESC'], // by number upwards is how it begins
      ['Number', 'ID', 'ASC'],
      ['Name', 'NAME', 'ASC'],
      ['Name', 'NAME', 'DESC'],
      ['Changed', 'LAST_MODIFIED', 'ASC'],
      ['Changed', 'LAST_MODIFIED', 'DESC'],
    ];
    for (const [label, field, direction] of sorted) {
      const header = page.getByRole('columnheader', { name: label });
      await header.getByRole('button').click();
      await lists({}, { field, direction });
      assert.equal(await header.getAttribute('aria-sort'), direction === 'ASC' ? 'ascending' : 'descending');
      assert.equal(await page.locator('[aria-sort]:not([aria-sort=none])').count(), 1);
    }
  });

  await step('sorted anew from far below, the list begins at its first', async () => {
    await scrollThrough(page, 200);
    await page.getByRole('columnheader', { name: 'Number' }).getByRole('button').click();
    await lists({});
    assert.equal(await page.evaluate(() => scrollY), 0);
  });

  await step('the address keeps all of it', async () => {
    await choose('Store', 'Perth');
    await search.fill('a');
    const order = { field: 'NAME', direction: 'DESC' };
    for (const _ of ['ascending', 'descending'])
      await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await lists({ storeId: 11, search: 'a' }, order);
    assert.deepEqual(params(), { q: 'a', store: '11', sort: 'NAME-DESC' });
    await page.reload();
    await lists({ storeId: 11, search: 'a' }, order);
    assert.equal(await search.inputValue(), 'a');
    assert.equal(await page.getByRole('combobox', { name: 'Store' }).inputValue(), 'Perth');
  });

  await step('into a contact and back: the same rows at the same place', async () => {
    await link('Contacts').click();
    await lists({});
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await lists({}, { field: 'NAME', direction: 'ASC' });
    await scrollThrough(page, 400);
    const before = await sight(page);
    const middle = before[Math.floor(before.length / 2)];
    await page.locator(`a[href="/contacts/${middle.id}"]`).click();
    await page.getByRole('heading', { level: 1, name: middle.name }).waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0, 'the contact does not begin at its top');
    await page.goBack();
    await eventually(async () => assert.deepEqual(await sight(page), before));
  });

  await step('a contact that was edited is listed as it is now', async () => {
    const [{ id }] = await sight(page);
    await page.locator(`a[href="/contacts/${id}"]`).click();
    await page.getByLabel('First name').fill('Renamed');
    await button('Save').click();
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    await page.goBack();
    await eventually(async () => {
      const row = (await sight(page)).find((r) => r.id === id);
      assert.match(row?.name ?? '', /^Renamed /);
    });
  });

  await step('scrolled through 3,000: each once and in its place, few at a time, and without stutter', async () => {
    await link('Contacts').click();
    await lists({});
    const { seen, twice, most, ms } = await scrollThrough(page, 3000);
    const { gaps, tasks } = await frames(page);
    const late = gaps.filter((gap) => gap > 50);
    console.log(`3,000 rows in ${ms} ms, at most ${most} in the page; ${gaps.length} frames, ${late.length} of them over 50 ms,`);
    console.log(`the longest ${Math.max(...gaps)} ms; ${tasks.length} long tasks, the longest ${Math.max(0, ...tasks)} ms`);
    assert.deepEqual(twice, [], 'rows that stood for two contacts');
    assert.ok(most <= 100, `${most} rows stand in the page at once`);
    assert.deepEqual(
      seen.map(([index]) => index),
      seen.map((_, i) => i),
      'rows are left out',
    );
    const { ids } = await listed({}, { field: 'ID', direction: 'ASC' }, 3000);
    assert.deepEqual(
      seen.slice(0, 3000).map(([, id]) => id),
      ids,
    );
    assert.ok(Math.max(0, ...tasks) < grossTask, `the page stood still for ${Math.max(...tasks)} ms`);
  });

  await step('and up again', async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await lists({});
  });
});

function counted(n) {
  return n === 1 ? '1 contact' : `${n.toLocaleString('en-GB')} contacts`;
}

// listed is what the server lists, as far as the number of rows, and how many there are.
async function listed(filter, orderBy, most) {
  const query = `query ($first: Int!, $after: String, $filter: ContactFilter, $orderBy: ContactOrder) {
    contacts(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes { contactId } pageInfo { hasNextPage endCursor } totalCount @include(if: ${most <= 100}) } }`;
  const ids = [];
  for (let after = null; ; ) {
    const variables = { first: Math.min(100, most - ids.length), after, filter, orderBy };
    const { nodes, pageInfo, totalCount } = (await graphql(query, variables)).contacts;
    ids.push(...nodes.map((n) => n.contactId));
    if (ids.length >= most || !pageInfo.hasNextPage) return { ids, total: totalCount };
    after = pageInfo.endCursor;
  }
}

// sight is the rows that are in sight, and where.
async function sight(page) {
  const height = await page.evaluate(() => innerHeight);
  return (await rowsIn(page)).filter(({ top }) => top > 110 && top < height);
}
