import { ContactPage } from './contact-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

test('creating contacts says what is wrong, what is taken and what was created', async ({
  agentPage: page,
  api,
  step,
}) => {
  const { button, field } = controls(page);
  const bar = page.getByRole('form', { name: 'New contact' }).getByRole('status').last();
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });

  await page.goto('/contacts/new');
  await heading('New contact').waitFor();

  await step('nothing is marked as required that may be left empty', async () => {
    await expect(page.getByText('*', { exact: true })).toHaveCount(0);
  });

  await step('a text that is no address or number is a warning', async () => {
    await field('Email').fill('nora');
    await field('Phone').fill('n/a');
    await field('Last name').focus();
    await page.getByText('This does not look like an email address.').waitFor();
    await page.getByText('This does not look like a phone number.').waitFor();
    await checkAppearance(page, 'new-contact-warnings');
  });

  await step(
    'an address or number that another contact has is shown with the contact',
    async () => {
      await field('Email').fill('JON.DEERE@example.com');
      await field('Country code').fill('44');
      await field('Phone').fill('(029) 2018-0466');
      await field('Last name').focus();
      await page.getByText('Jon Deere already has this address.').waitFor();
      await page.getByText('Jon Deere already has this number.').waitFor();
      await expect(page.getByRole('link', { name: 'Open Jon Deere' })).toHaveCount(2);
      await field('Phone').fill('029 2018 0467');
      await expect(page.getByText('Jon Deere already has this number.')).toHaveCount(0);
    },
  );

  await step(
    'the first wrong field has the focus, and the buttons say which are wrong',
    async () => {
      await field('First name').fill('Nora');
      await field('Last name').fill('Vogel');
      await field('Household Size').fill('many');
      await button('Create').click();
      await expect(bar).toHaveText('Not created. 2 fields are wrong: Email, Household Size');
      await expect(field('Email')).toBeFocused();
      await expect(field('Email')).toBeInViewport();
      await expect(button('Create')).toBeInViewport();
      await checkAppearance(page, 'new-contact-refused');
    },
  );

  await step('another contact can be created at once', async () => {
    await field('Email').fill('nora.vogel@example.com');
    await field('Household Size').fill('2');
    await button('Create and add another').click();
    await page.getByText('Nora Vogel was created').waitFor();
    await expect(field('Email')).toHaveValue('');
    const found = await api.query<{ contactByEmail: { contactId: number } }>(
      '{ contactByEmail(email: "nora.vogel@example.com") { contactId } }',
      {},
      'demo-admin',
    );
    const link = page.getByRole('link', { name: 'Open Nora Vogel' });
    await expect(link).toHaveAttribute('href', `/contacts/${found.contactByEmail.contactId}`);
  });

  await step('a created contact is opened, with a note', async () => {
    const contact = new ContactPage(page);
    await field('First name').fill('Odd');
    await field('Last name').fill('Strand');
    await button('Create').click();
    await contact.heading('Odd Strand').waitFor();
    await page.getByText('Odd Strand was created').waitFor();
    await page.getByRole('link', { name: 'Create another contact' }).waitFor();
    await button('Close').click();
    await expect(page.getByText('Odd Strand was created')).toHaveCount(0);
  });
});
