// contacts: 20
// Dates and numbers are shown as people write them where they are, and stored as the API has them.
import assert from 'node:assert/strict';
import { graphql, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const stored = async () => {
    const fields = 'limitMailsTemporarilyUntil properties { property { name } values { value } }';
    const { contact } = await graphql(`{ contact(id: 16) { ${fields} } }`);
    const of = (name) => contact.properties.find((p) => p.property.name === name).values[0]?.value;
    return { until: contact.limitMailsTemporarilyUntil, discount: of('Discount'), visit: of('Last Visit') };
  };
  const open = async (who, options) => {
    const page = await person(who, options);
    await page.goto('/contacts/16');
    await signIn(page);
    await page.getByLabel('Discount', { exact: true }).waitFor();
    return page;
  };
  const save = async (page) => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
  };

  await step('in Germany', async () => {
    const page = await open('german', { locale: 'de-DE' });
    await page.getByLabel('Discount', { exact: true }).fill('1234,5'); // and it is stored with a point
    await page.getByLabel('No mails until', { exact: true }).fill('2031-02-03T04:05:06');
    await save(page);
    const { discount, until } = await stored();
    assert.deepEqual({ discount, until }, { discount: '1234.5', until: '2031-02-03T04:05:06Z' });
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('1.234,5').waitFor();
    await history.getByText('03.02.2031').waitFor();
  });

  await step('in India, hours ahead', async () => {
    const page = await open('indian', { timezoneId: 'Asia/Kolkata' });
    assert.equal(await page.getByLabel('No mails until', { exact: true }).inputValue(), '2031-02-03T09:35:06');
    await page.getByLabel('Last Visit', { exact: true }).fill('2026-03-04T01:30:00');
    await page.getByLabel('No mails until', { exact: true }).fill('2032-12-24T09:35:06');
    await save(page);
    assert.deepEqual(await stored(), { discount: '1234.5', visit: '2026-03-03T20:00:00Z', until: '2032-12-24T04:05:06Z' });
  });
});
