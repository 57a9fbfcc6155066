import type { Page } from '@playwright/test';
import { parseLogin, property } from './api';
import { ContactPage, collectMutations, expectDisplayed, isMutation } from './contact-page';
import { checkAppearance, expect, test } from './fixtures';

test.use({ contacts: 40 });

test('two people edit one contact: changes merge, and where they overlap the second one chooses', async ({
  adminPage,
  agentPage,
  api,
  step,
}) => {
  const [mine, theirs] = [new ContactPage(agentPage), new ContactPage(adminPage)];
  const sent = collectMutations(agentPage);
  const lastInput = () => sent.at(-1)?.variables.input;
  const openBoth = (id: number) => Promise.all([mine.open(id), theirs.open(id)]);
  const saveIntoConflict = async () => {
    await mine.button('Save').click();
    await mine.conflictDialog.waitFor();
  };
  const expectMergedFields = (n: number) =>
    expect(mine.savedNote.getByRole('listitem')).toHaveCount(n);
  const middleInitial = async (id: number) => (await api.stored(id)).properties[2];

  await step('disjoint edits merge, and the page lists the merged changes', async () => {
    await openBoth(7);
    const { version } = await api.stored(7);
    await mine.input('Phone').fill('555 0107');
    await theirs.input('First name').fill('Eleonora');
    await theirs.save();
    await expect(mine.input('Phone')).toHaveValue('555 0107');
    await mine.save();
    await expect(mine.savedNote).toContainText('merged with changes by others');
    await expectDisplayed(
      mine.savedNote.getByRole('listitem'),
      /^First name: Nora → Eleonora, by Demo Admin, \d/,
    );
    await api.expectStored(7, { firstName: 'Eleonora', phone: '555 0107' });

    expect(lastInput()).toEqual({
      id: expect.anything(),
      expectedVersion: version,
      onConflict: 'MERGE',
      set: { phone: '555 0107' },
    });
    expect(sent.at(-1)?.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
    const [second, first] = await api.changes(7);
    expect(second?.actor?.name).toBe('Demo Agent');
    expect(second?.fields).toEqual([{ path: 'phone', old: '(02) 5550 0000', new: '555 0107' }]);
    expect(first?.actor?.name).toBe('Demo Admin');
    expect(first?.fields).toEqual([{ path: 'firstName', old: 'Nora', new: 'Eleonora' }]);
    await expect(theirs.input('Phone')).toHaveValue('555 0107');
    await checkAppearance(agentPage, 'merged');
  });

  await step('overlapping edits are shown in three columns', async () => {
    await openBoth(8);
    const before = await api.stored(8);
    await mine.input('Last name').fill('Mine');
    await mine.input('Email').fill('mine@example.com');
    await theirs.input('Last name').fill('Theirs');
    await theirs.input('Email').fill('theirs@example.com');
    await theirs.save();
    await saveIntoConflict();
    for (const [label, old, their, my] of [
      ['Last name', before.lastName, 'Theirs', 'Mine'],
      ['Email', before.email, 'theirs@example.com', 'mine@example.com'],
    ] as const) {
      const columns = mine.conflictColumns(label);
      await expect(columns).toHaveCount(3);
      await expectDisplayed(columns.nth(0), new RegExp(`^(Before )?${old}$`));
      await expectDisplayed(columns.nth(1), new RegExp(`^(Theirs )?${their} Demo Admin, \\d`));
      await expectDisplayed(columns.nth(2), new RegExp(`^(Yours )?${my}$`));
    }
    await expect(mine.button('Save choices')).toBeDisabled();
    await checkAppearance(agentPage, 'conflict');
  });

  await step('back in the form, what was typed is still there', async () => {
    await mine.button('Back to form').click();
    await mine.conflictDialog.waitFor({ state: 'detached' });
    await expect(mine.input('Last name')).toHaveValue('Mine');
    await expect(mine.input('Email')).toHaveValue('mine@example.com');
    await api.expectStored(8, { lastName: 'Theirs', email: 'theirs@example.com' });
    await saveIntoConflict();
  });

  await step('another change arrives between the choice and the save', async () => {
    await mine.choose('Last name', 'Yours');
    await mine.choose('Email', 'Theirs');
    await api.update(8, { lastName: 'Third' });
    await mine.button('Save choices').click();
    await expectDisplayed(mine.conflictColumns('Last name').nth(1), /Third demo-admin/);
    await expect(mine.conflictDialog.getByRole('group')).toHaveCount(1);
    await api.expectStored(8, { lastName: 'Third', email: 'theirs@example.com' });
    await mine.choose('Last name', 'Yours');
    await mine.saveChoices();
    expect(lastInput()?.set).toEqual({ lastName: 'Mine' });
    await api.expectStored(8, { lastName: 'Mine', email: 'theirs@example.com' });
    await expect(mine.input('Email')).toHaveValue('theirs@example.com');
    await expect(mine.button('Save')).toHaveCount(0);
  });

  await step('choosing theirs for every field writes nothing', async () => {
    await openBoth(9);
    await mine.input('First name').fill('Mine');
    await api.update(9, { firstName: 'Theirs' });
    await mine.button('Save').click();
    await mine.choose('First name', 'Theirs');
    const before = sent.length;
    await mine.button('Save choices').click();
    await mine.conflictDialog.waitFor({ state: 'detached' });
    await expect(mine.input('First name')).toHaveValue('Theirs');
    expect(sent).toHaveLength(before);
    await expect(mine.button('Save')).toHaveCount(0);
  });

  await step('a property conflicts as one value', async () => {
    await openBoth(10);
    await mine.input('Middle Initial').fill('M');
    await api.setDetails(10, property(2, 'T'));
    await saveIntoConflict();
    await expectDisplayed(mine.conflictColumns('Middle Initial').nth(1), /T demo-admin/);
    await mine.choose('Middle Initial', 'Yours');
    await mine.saveChoices();
    expect(await middleInitial(10)).toEqual(['M']);
  });

  await step('logins merge one by one, and conflict where their types differ', async () => {
    await mine.open(12);
    const { logins } = await api.stored(12);
    await mine.button('Add login').click();
    await mine.input(`Login ${logins.length + 1}`).fill('mine@example.com');
    await api.setDetails(12, {
      logins: [...logins.map(parseLogin), { name: 'theirs@example.com', type: 'EMAIL' }],
    });
    await mine.save();
    await expect(mine.savedNote).toContainText(/Logins: .*theirs@example.com/);
    const merged = [...logins, 'mine@example.com EMAIL', 'theirs@example.com EMAIL'].sort();
    await api.expectStored(12, { logins: merged });

    await expect(agentPage.getByRole('textbox', { name: /^Login \d/ })).toHaveCount(merged.length);
    await mine.button('Add login').click();
    await mine.input(`Login ${merged.length + 1}`).fill('same@example.com');
    await api.setDetails(12, {
      logins: [...merged.map(parseLogin), { name: 'same@example.com', type: 'GOOGLE' }],
    });
    await saveIntoConflict();
    await expectDisplayed(
      mine.conflictColumns('Logins').nth(1),
      /same@example.com \(Google account\)/,
    );
    await mine.choose('Logins', 'Yours');
    await mine.saveChoices();
    await api.expectStored(12, { logins: [...merged, 'same@example.com EMAIL'].sort() });
  });

  await step('segments merge one by one', async () => {
    await mine.open(13);
    const { segments } = await api.stored(13);
    const [my, their] = [6, 8].filter((id) => !segments.includes(id));
    if (my === undefined || their === undefined) throw new Error('the demo data has changed');
    await mine.input('Segments').click();
    await agentPage.getByRole('option', { name: my === 6 ? 'Events' : 'Surveys' }).click();
    await agentPage.keyboard.press('Escape');
    await api.setDetails(13, { membership: [...segments, their].map(String) });
    await mine.save();
    await expect(mine.savedNote).toContainText(
      'Segments: Outlet, Students → Outlet, Surveys, Students, by demo-admin',
    );
    await api.expectStored(13, { segments: [...segments, my, their].sort((a, b) => a - b) });
  });

  await step('a property that is an alias of a field conflicts with that field', async () => {
    await mine.open(14);
    await mine.input('First name').fill('Mine');
    await api.setDetails(14, property(1, 'Theirs'));
    await saveIntoConflict();
    await expectDisplayed(mine.conflictColumns('First name').nth(1), /Theirs demo-admin/);
    await mine.choose('First name', 'Yours');
    await mine.saveChoices();
    await api.expectStored(14, { firstName: 'Mine' });
    expect((await api.stored(14)).properties[1]).toEqual(['Mine']);
  });

  await step('one deletes the contact that the other edits', async () => {
    await openBoth(15);
    const before = await api.stored(15);
    await mine.input('Last name').fill('Typed');
    await theirs.delete();
    const note = agentPage.getByRole('alert').filter({ hasText: 'This contact was deleted' });
    await note.getByText(/^Deleted by Demo Admin/).waitFor();
    await mine.button('Save').click();
    await agentPage.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor();
    expect(await api.exists(15)).toBe(false);
    await expect(mine.input('Last name')).toHaveValue('Typed');
    await checkAppearance(agentPage, 'deleted-meanwhile');
    await note.getByRole('button', { name: 'Restore' }).click();
    await note.waitFor({ state: 'detached' });
    const { firstName, lastName, email, logins, segments } = before;
    await api.expectStored(15, { lastName, email, logins, segments });
    await expect(mine.input('Last name')).toHaveValue('Typed');
    await mine.save();
    await expectMergedFields(0);
    await api.expectStored(15, { lastName: 'Typed', firstName, segments });
  });

  await step('fields conflict while properties are saved, and the other way round', async () => {
    await mine.open(16);
    await mine.input('First name').fill('Mine');
    await mine.input('Middle Initial').fill('M');
    await api.update(16, { firstName: 'Theirs' });
    await saveIntoConflict();
    await api.expectStored(16, { firstName: 'Theirs' });
    expect(await middleInitial(16)).toEqual(['M']);
    await mine.choose('First name', 'Yours');
    await mine.saveChoices();
    await expectMergedFields(0); // the own property is not a change by others
    await api.expectStored(16, { firstName: 'Mine' });

    await mine.input('Last name').fill('Kept');
    await mine.input('Middle Initial').fill('N');
    await api.setDetails(16, property(2, 'T'));
    await saveIntoConflict();
    await api.expectStored(16, { lastName: 'Kept' });
    await expect(mine.conflictDialog.getByText('Other changes')).toHaveCount(0);
    await mine.button('Back to form').click();
    await expect(mine.input('Middle Initial')).toHaveValue('N');
    await agentPage.getByRole('status').filter({ hasText: '1 unsaved change' }).waitFor();
    await mine.button('Save').click();
    await mine.choose('Middle Initial', 'Yours');
    await mine.saveChoices();
    expect(await middleInitial(16)).toEqual(['N']);
  });

  await step(
    'what is typed during a save stays, and is saved without a conflict with the own change',
    async () => {
      await mine.open(17);
      const { version } = await api.stored(17);
      const release = await holdMutations(agentPage);
      await mine.input('First name').fill('Quick');
      await mine.button('Save').click();
      await mine.input('First name').fill('Quicker');
      await mine.input('Last name').fill('Second');
      release();
      await mine.savedNote.waitFor();
      await expect(mine.input('First name')).toHaveValue('Quicker');
      await expect(mine.input('Last name')).toHaveValue('Second');
      expect(lastInput()?.expectedVersion).toBe(version);
      await agentPage.getByRole('status').filter({ hasText: '2 unsaved changes' }).waitFor();
      await mine.button('Save').click();
      await mine.button('Save').waitFor({ state: 'detached' });
      await mine.savedNote.waitFor();
      await expectMergedFields(0);
      await expect(agentPage.getByText(/^(Meanwhile c|C)hanged (to|by) .*Demo Agent,/)).toHaveCount(
        0,
      );
      await api.expectStored(17, { firstName: 'Quicker', lastName: 'Second' });
    },
  );

  await step('what others change of it during a save is a conflict', async () => {
    await mine.open(18);
    const release = await holdMutations(agentPage);
    await mine.input('First name').fill('Quick');
    await mine.button('Save').click();
    await mine.input('Last name').fill('Second');
    await api.update(18, { lastName: 'Theirs' });
    release();
    await mine.savedNote.waitFor();
    await saveIntoConflict();
    await expectDisplayed(mine.conflictColumns('Last name').nth(1), /Theirs demo-admin/);
    await api.expectStored(18, { firstName: 'Quick', lastName: 'Theirs' });
  });
});

/** Delays the mutations of the page until they are released. */
async function holdMutations(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  await page.route('**/graphql', async (route) => {
    if (!isMutation(route.request())) return route.fallback();
    await released;
    await route.continue();
  });
  return release;
}
