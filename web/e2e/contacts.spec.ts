import { checkAppearance } from './accessibility';
import { byNumber, ContactListPage, type Filter, type Order } from './contact-list-page';
import { ContactPage } from './contact-page';
import { expect, test } from './fixtures';

test.use({ contacts: 1_000 });

test('the list is searched, filtered, sorted and scrolled, and keeps its place', async ({
  agentPage: page,
  api,
  step,
}) => {
  const list = new ContactListPage(page);
  const contact = new ContactPage(page);
  const { search } = list;
  const expectListed = (filter: Filter, orderBy = byNumber) =>
    list.expectListed(api, filter, orderBy);

  await step('all of them, by number', () => expectListed({}));

  await step('the list is that of the last letter, however quickly they are typed', async () => {
    await search.pressSequentially('karlsson anna', { delay: 15 });
    await expectListed({ search: 'karlsson anna' });
    expect(list.parameters()).toEqual({ q: 'karlsson anna' });
  });

  await step('no letter is lost, however slowly they are typed', async () => {
    for (const delay of [190, 205, 220, 260]) {
      await search.fill('');
      await search.pressSequentially('nora vogel', { delay });
      await expect.poll(() => list.parameters().q).toBe('nora vogel');
      await expect(search, `with ${delay} ms between the letters`).toHaveValue('nora vogel');
    }
    await expectListed({ search: 'nora vogel' });
  });

  await step('a late response to an earlier search is ignored', async () => {
    let respond = () => {};
    const newerListed = new Promise<void>((done) => {
      respond = done;
    });
    let asked = false;
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().variables?.filter?.search !== 'mo')
        return route.fallback();
      asked = true;
      await newerListed;
      await route.continue().catch(() => {}); // the page may have aborted it
    });
    await search.fill('mo');
    await expect.poll(() => asked).toBe(true);
    await search.fill('moore petra');
    await expectListed({ search: 'moore petra' });
    respond();
    await page.waitForTimeout(500);
    await page.unroute('**/graphql');
    await expectListed({ search: 'moore petra' });
  });

  await step('search for an email address, a phone number, and a line of a mail', async () => {
    const { contacts } = await api.query<{
      contacts: { nodes: { email: string | null; phone: string | null }[] };
    }>('{ contacts(first: 50) { nodes { email phone } } }');
    const email = contacts.nodes.find((c) => c.email)?.email ?? '';
    await search.fill(email);
    await expectListed({ search: email });
    const phone = contacts.nodes.find((c) => /^\d/.test(c.phone ?? ''))?.phone ?? '';
    await search.fill(phone);
    await expectListed({ search: phone });
    expect((await list.rows()).length, `contacts with the phone number ${phone}`).toBeGreaterThan(
      0,
    );
    const line = `"Deere, Jon" <jon.deere@example.com>, Tel: +44 (0)29 2018 0466`;
    await search.fill(line);
    await expectListed({ search: line });
    expect((await list.rows()).map(({ id }) => id)).toEqual([466]);
  });

  await step('no contact matches', async () => {
    await search.fill('no such name');
    await page.getByText('No contacts found.').waitFor();
    await expect(page.getByRole('status')).toHaveText('0 contacts');
    await list.button('Clear filters').click();
    await expectListed({});
    await expect(search).toHaveValue('');
    expect(list.parameters()).toEqual({});
  });

  await step('a misspelled name is suggested as it is stored', async () => {
    await search.fill('anna karlson');
    await page.getByText('Did you mean').waitFor();
    await checkAppearance(page, 'did-you-mean');
    await list.link('Anna Karlsson').click();
    await expectListed({ search: 'Anna Karlsson' });
    await expect(search).toHaveValue('Anna Karlsson');
    await list.button('Clear filters').click();
    await expectListed({});
  });

  await step('filter by store, company and segment, each alone and together', async () => {
    await list.choose('Store', 'London');
    await expectListed({ storeId: 4 });
    await list.choose('Segment', 'Birthday Offers');
    await expectListed({ storeId: 4, segmentId: 3 });
    await list.choose('Company', 'Example Outdoor');
    await expectListed({ storeId: 4, segmentId: 3, companyId: 2 });
    await list.button('Clear store').click();
    await expectListed({ segmentId: 3, companyId: 2 });
    await list.button('Clear segment').click();
    await expectListed({ companyId: 2 });
    await list.button('Clear filters').click();
    await expectListed({});
  });

  await step('filter by the date of the last change', async () => {
    const day = (offset: number) =>
      new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Changed since').fill(day(1));
    await page.getByText('No contacts found.').waitFor();
    await page.getByLabel('Changed since').fill(day(-1));
    await expectListed({ modifiedSince: `${day(-1)}T00:00:00Z` });
    await list.button('Clear filters').click();
  });

  await step('sort by each column, in both directions', async () => {
    for (const [column, field, direction] of [
      ['ID', 'ID', 'DESC'], // it is sorted by number, ascending, before
      ['ID', 'ID', 'ASC'],
      ['Name', 'NAME', 'ASC'],
      ['Name', 'NAME', 'DESC'],
      ['Last changed', 'LAST_MODIFIED', 'ASC'],
      ['Last changed', 'LAST_MODIFIED', 'DESC'],
    ] as const) {
      await list.sortBy(column);
      await expectListed({}, { field, direction });
      await expect(list.column(column)).toHaveAttribute(
        'aria-sort',
        direction === 'ASC' ? 'ascending' : 'descending',
      );
      await expect(page.locator('[aria-sort]:not([aria-sort=none])')).toHaveCount(1);
    }
  });

  await step('sorting after scrolling shows the start of the list', async () => {
    await list.scrollThrough(200);
    await list.sortBy('ID');
    await expectListed({});
    expect(await list.scrollPosition()).toBe(0);
  });

  await step('the address keeps the search, the filters and the order', async () => {
    await list.choose('Store', 'Perth');
    await search.fill('a');
    const order: Order = { field: 'NAME', direction: 'DESC' };
    await list.sortBy('Name');
    await list.sortBy('Name');
    await expectListed({ storeId: 11, search: 'a' }, order);
    expect(list.parameters()).toEqual({ q: 'a', store: '11', sort: 'NAME-DESC' });
    await page.reload();
    await expectListed({ storeId: 11, search: 'a' }, order);
    await expect(search).toHaveValue('a');
    await expect(page.getByRole('combobox', { name: 'Store' })).toHaveValue('Perth');
  });

  await step('open a contact and go back: the same rows at the same place', async () => {
    await list.link('Contacts').click();
    await expectListed({});
    await list.sortBy('Name');
    await expectListed({}, { field: 'NAME', direction: 'ASC' });
    await list.scrollThrough(400);
    const before = await list.rowsInSight();
    const { id, name } = before[Math.floor(before.length / 2)] ?? { id: 0, name: '' };
    await list.contact(id).click();
    await contact.heading(name).waitFor();
    expect(await list.scrollPosition(), 'the contact is shown from its top').toBe(0);
    await page.goBack();
    await expect.poll(() => list.rowsInSight()).toEqual(before);
  });

  await step('the list shows a contact as it was edited', async () => {
    const id = (await list.rowsInSight())[0]?.id ?? 0;
    await list.contact(id).click();
    await contact.input('First name').fill('Renamed');
    await contact.save();
    await page.goBack();
    const nameInList = async () => (await list.rowsInSight()).find((row) => row.id === id)?.name;
    await expect.poll(nameInList).toMatch(/^Renamed /);
  });
});
