import type { BrowserContextOptions, Page } from '@playwright/test';
import { ContactPage } from './contact-page';
import { expect, signIn, test } from './fixtures';

const id = 16;

interface Stored {
  limitMailsTemporarilyUntil: string | null;
  properties: { property: { name: string }; values: { value: string }[] }[];
}

test('dates and numbers are shown in the locale of the browser, and stored as the API defines', async ({
  api,
  newPage,
  step,
}) => {
  const stored = async () => {
    const contact = await api.contact<Stored>(
      id,
      'limitMailsTemporarilyUntil properties { property { name } values { value } }',
    );
    const firstValue = (name: string) =>
      contact.properties.find((p) => p.property.name === name)?.values[0]?.value;
    return {
      until: contact.limitMailsTemporarilyUntil,
      discount: firstValue('Discount'),
      visit: firstValue('Last Visit'),
    };
  };
  const open = async (name: string, options: BrowserContextOptions) => {
    const page: Page = await newPage(name, options);
    await page.goto(`/contacts/${id}`);
    await signIn(page);
    const contact = new ContactPage(page);
    await contact.input('Discount').waitFor();
    return contact;
  };

  await step('in Germany', async () => {
    const contact = await open('German user', { locale: 'de-DE' });
    await contact.input('Discount').fill('1234,5'); // and it is stored with a point
    await contact.input('No marketing email until').fill('2031-02-03T04:05:06');
    await contact.save();
    const { discount, until } = await stored();
    expect({ discount, until }).toEqual({ discount: '1234.5', until: '2031-02-03T04:05:06Z' });
    await contact.history.getByText('1.234,5').waitFor();
    await contact.history.getByText('03.02.2031').waitFor();
  });

  await step('in India, hours ahead', async () => {
    const contact = await open('Indian user', { timezoneId: 'Asia/Kolkata' });
    await expect(contact.input('No marketing email until')).toHaveValue('2031-02-03T09:35:06');
    await contact.input('Last Visit').fill('2026-03-04T01:30:00');
    await contact.input('No marketing email until').fill('2032-12-24T09:35:06');
    await contact.save();
    expect(await stored()).toEqual({
      discount: '1234.5',
      visit: '2026-03-03T20:00:00Z',
      until: '2032-12-24T04:05:06Z',
    });
  });
});
