import { ContactListPage } from './contact-list-page';
import { ContactPage } from './contact-page';
import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

test('an agent merges two contacts, choosing by field, and undoes it', async ({
  agentPage: page,
  api,
  step,
}) => {
  const list = new ContactListPage(page);
  const contact = new ContactPage(page);
  const { button } = controls(page);
  const before = { seven: await api.stored(7), jon: await api.stored(466) };
  const names = [`${await api.name(7)} (7)`, 'Jon Deere (466)'] as const;
  const group = (label: string) => page.getByRole('group', { name: label, exact: true });
  const dialog = page.getByRole('dialog');

  await step('choose two contacts in the list', async () => {
    await page.getByRole('checkbox', { name: `Select ${await api.name(7)}` }).press('Space');
    await expect(page.getByRole('link', { name: 'Merge' })).toHaveCount(0);
    await page.getByRole('checkbox', { name: 'Select Jon Deere' }).press('Space');
    await list.link('Merge').click();
    await page.getByRole('heading', { level: 1, name: 'Merge contacts' }).waitFor();
    await checkAppearance(page, 'merge');
  });

  await step('the one that stays keeps its values, unless others are chosen', async () => {
    await expect(group('Email').getByRole('radio').first()).toBeChecked();
    await group('Contact that stays, with its ID').getByText(names[1]).click();
    await expect(group('Email').getByRole('radio').nth(1)).toBeChecked();
    await group('Last name').getByRole('radio').first().check();
    await button('Preview').click();
    await dialog.getByText(/^Contact 7 will be deleted/).waitFor();
    await expect(dialog).toContainText(`Last name: Deere → ${before.seven.lastName}`);
    await checkAppearance(page, 'merge-preview');
    expect(await api.exists(7)).toBe(true);
    await button('Merge', dialog).click();
    await contact.heading(`Jon ${before.seven.lastName}`).waitFor();
    await api.expectStored(466, {
      email: before.jon.email,
      lastName: before.seven.lastName,
      segments: [...new Set([...before.jon.segments, ...before.seven.segments])].sort(
        (a, b) => a - b,
      ),
    });
  });

  await step('the page of the other one leads to it', async () => {
    await page.goto('/contacts/7');
    await contact.heading('This contact was merged').waitFor();
    await checkAppearance(page, 'merged');
    await page.getByRole('link', { name: 'contact 466' }).click();
    await contact.heading(`Jon ${before.seven.lastName}`).waitFor();
  });

  await step('undo it in the history: what was changed since stays', async () => {
    await expect(contact.history).toContainText('Merged into this contact: contact 7');
    await contact.input('First name').fill('Jonathan');
    await contact.save();
    await button('Unmerge').click();
    await button('Unmerge', dialog).click();
    await page.getByText('The merge was undone').waitFor();
    await checkAppearance(page, 'unmerged');
    await contact.heading('Jonathan Deere').waitFor();
    await expect(button('Unmerge')).toHaveCount(0);
    const { email, lastName, phone, logins, segments } = before.jon;
    await api.expectStored(466, {
      email,
      lastName,
      phone,
      logins,
      segments,
      firstName: 'Jonathan',
    });
    await page.getByRole('link', { name: `Open ${before.seven.firstName}` }).click();
    await contact.heading(`${before.seven.firstName} ${before.seven.lastName}`).waitFor();
  });
});
