import { ContactPage } from './contact-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

test('a deleted contact is found in the trash and restored', async ({
  agentPage: page,
  api,
  step,
}) => {
  const contact = new ContactPage(page);
  const { button, row, open } = controls(page);

  await step('delete two contacts', async () => {
    for (const id of [466, 7]) {
      await contact.open(id);
      await contact.delete();
    }
  });

  await step('undo a deletion in the note about it, on another page', async () => {
    await contact.open(8);
    const name = await page.getByRole('heading', { level: 1 }).innerText();
    await contact.delete();
    await open('Contacts');
    await page.getByRole('searchbox').waitFor();
    const note = page.getByRole('status').filter({ hasText: `${name} was deleted.` });
    await button('Undo', note).click();
    await page.getByText(`${name} was restored.`).waitFor();
    expect(await api.exists(8)).toBe(true);
  });

  await step('the trash has both, with who deleted them', async () => {
    await open('Trash');
    await expect(page.getByRole('row')).toHaveCount(3);
    await expect(row('Jon Deere')).toContainText('jon.deere@example.com');
    await expect(row('Jon Deere')).toContainText('by Demo Agent');
    await checkAppearance(page, 'trash');
  });

  await step('a contact whose address is taken is not restored, and stays', async () => {
    await api.query(
      'mutation { createContact(input: {registrationSource: "x", set: {email: "JON.DEERE@example.com"}}) { errors { code } } }',
      {},
      'demo-admin',
    );
    await button('Restore Jon Deere').click();
    await expect(page.getByRole('alert')).toContainText('Another contact has this email address.');
    await expect(row('Jon Deere')).toHaveCount(1);
  });

  await step('restore the other one, and open it', async () => {
    const name = await page.getByRole('row').nth(1).getByRole('link').innerText();
    await button(`Restore ${name}`).click();
    await page.getByText(`${name} was restored`).waitFor();
    await expect(row(name)).toHaveCount(0);
    await page.getByRole('link', { name: `Open ${name}` }).click();
    await contact.heading(name).waitFor();
    expect(await api.exists(7)).toBe(true);
  });
});
