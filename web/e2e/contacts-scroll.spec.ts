import { byNumber, ContactListPage, listed } from './contact-list-page';
import { expect, test } from './fixtures';

test.use({ contacts: 3_200 });

test('a long list is scrolled through quickly', async ({ agentPage: page, api, step }) => {
  const list = new ContactListPage(page);

  await step('scroll through 3,000: each once and in its place, few at a time', async () => {
    await list.expectListed(api, {});
    const { seen, twice, mostRows } = await list.scrollThrough(3000);
    expect(twice, 'places with two contacts').toEqual([]);
    expect(mostRows, 'rows in the page at once').toBeLessThanOrEqual(100);
    expect(seen.map(([index]) => index)).toEqual(seen.map((_, i) => i));
    const { ids } = await listed(api, {}, byNumber, 3000);
    expect(seen.slice(0, 3000).map(([, id]) => id)).toEqual(ids);
  });

  await step('and back to the top', async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await list.expectListed(api, {});
  });
});
