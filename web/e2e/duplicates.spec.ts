import { controls } from './controls';
import { checkAppearance, expect, test } from './fixtures';

test('an agent looks through the duplicates', async ({ agentPage: page, api, step }) => {
  const { button, open } = controls(page);
  const create = (set: object) =>
    api.query(
      'mutation ($set: ContactPatch!) { createContact(input: {registrationSource: "x", set: $set}) { errors { code } } }',
      { set },
      'demo-admin',
    );

  await step('pairs are listed with the reasons', async () => {
    await create({ firstName: 'Zora', lastName: 'Quist', phone: '+46 70 555 12 12' });
    await create({ firstName: 'Zora', lastName: 'Quist', phone: '+46 70 555 12 12 x 3' });
    await open('Duplicates');
    await expect(async () => {
      await page.reload();
      await button('Not a duplicate: Zora Quist and Zora Quist').waitFor({ timeout: 2000 });
    }).toPass({ timeout: 30_000 });
    const row = page.getByRole('row').filter({ hasText: 'Zora Quist' });
    await expect(row).toContainText('Same phone number');
    await checkAppearance(page, 'duplicates');
  });

  await step('compare a pair', async () => {
    await page.getByRole('link', { name: 'Compare Zora Quist and Zora Quist' }).click();
    await page.getByRole('group', { name: 'Phone' }).getByText('+46 70 555 12 12 x 3').waitFor();
    await page.goBack();
  });

  await step('a dismissed pair leaves the list', async () => {
    const dismiss = button('Not a duplicate: Zora Quist and Zora Quist');
    await dismiss.click();
    await expect(dismiss).toHaveCount(0);
    await page.reload();
    await page
      .getByText(/No duplicates found|Score/)
      .first()
      .waitFor();
    await expect(dismiss).toHaveCount(0);
  });
});
