// contacts: 40
// Two people have one contact open and save over each other: what one does stands beside what the other does, and where both want
// the same, somebody chooses.
import assert from 'node:assert/strict';
import * as contact from './contact.mjs';
import { button, choose, columns, conflictDialog, details, holds, input, open, property, save, savedNote } from './contact.mjs';
import { admin, agent, eventually, look, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const [one, other] = [await person('agent'), await person('admin')];
  const sent = contact.written(one);
  await step('both sign in', async () => {
    await signIn(one, agent);
    await signIn(other, admin);
  });
  const both = (id) => Promise.all([open(one, id), open(other, id)]);
  const last = () => sent.at(-1);

  await step('disjoint edits merge, and what came in is told', async () => {
    await both(7);
    const { version } = await contact.stored(7);
    await input(one, 'Phone').fill('555 0107');
    await input(other, 'First name').fill('Eleonora');
    await save(other);
    assert.equal(await input(one, 'Phone').inputValue(), '555 0107');
    await save(one);
    const note = savedNote(one);
    assert.match(await note.innerText(), /merged with what others have changed meanwhile/);
    assert.match(await note.getByRole('listitem').innerText(), /^First name: Nora → Eleonora, by Demo Admin, \d/);
    await holds(7, { firstName: 'Eleonora', phone: '555 0107' });

    const { id, ...rest } = last().variables.input;
    assert.deepEqual(rest, { expectedVersion: version, onConflict: 'MERGE', set: { phone: '555 0107' } });
    assert.match(last().key, /^[0-9a-f]{32}$/);
    const [mine, theirs] = await contact.log(7);
    assert.equal(mine.actor.name, 'Demo Agent');
    assert.deepEqual(mine.fields, [{ path: 'phone', old: '(02) 5550 0000', new: '555 0107' }]);
    assert.equal(theirs.actor.name, 'Demo Admin');
    assert.deepEqual(theirs.fields, [{ path: 'firstName', old: 'Nora', new: 'Eleonora' }]);
    await eventually(async () => assert.equal(await input(other, 'Phone').inputValue(), '555 0107'));
    await look(one, 'merged');
  });

  await step('overlapping edits meet in three columns', async () => {
    await both(8);
    const before = await contact.stored(8);
    await input(one, 'Last name').fill('Mine');
    await input(one, 'Email').fill('mine@example.com');
    await input(other, 'Last name').fill('Theirs');
    await input(other, 'Email').fill('theirs@example.com');
    await save(other);
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    for (const [label, old, theirs, mine] of [
      ['Last name', before.lastName, 'Theirs', 'Mine'],
      ['Email', before.email, 'theirs@example.com', 'mine@example.com'],
    ]) {
      const [left, middle, right] = await columns(one, label);
      assert.match(left, new RegExp(`^(Before )?${old}$`));
      assert.match(middle, new RegExp(`^(Theirs )?${theirs} Demo Admin, \\d`));
      assert.match(right, new RegExp(`^(Yours )?${mine}$`));
    }
    assert.ok(await button(one, 'Save what is chosen').isDisabled(), 'one can save without choosing');
    await look(one, 'conflict');
  });

  await step('back in the form, what was typed is still there', async () => {
    await button(one, 'Back to the form').click();
    await conflictDialog(one).waitFor({ state: 'detached' });
    assert.equal(await input(one, 'Last name').inputValue(), 'Mine');
    assert.equal(await input(one, 'Email').inputValue(), 'mine@example.com');
    await holds(8, { lastName: 'Theirs', email: 'theirs@example.com' });
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
  });

  await step('somebody comes between the choice and the save', async () => {
    await choose(one, 'Last name', 'Yours');
    await choose(one, 'Email', 'Theirs');
    await contact.update(8, { lastName: 'Third' });
    await button(one, 'Save what is chosen').click();
    await eventually(async () => assert.match((await columns(one, 'Last name'))[1], /Third demo-admin/));
    assert.deepEqual(
      await conflictDialog(one)
        .getByRole('group')
        .allInnerTexts()
        .then((all) => all.length),
      1,
    );
    await holds(8, { lastName: 'Third', email: 'theirs@example.com' });
    await choose(one, 'Last name', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    assert.deepEqual(last().variables.input.set, { lastName: 'Mine' });
    await holds(8, { lastName: 'Mine', email: 'theirs@example.com' });
    assert.equal(await input(one, 'Email').inputValue(), 'theirs@example.com');
    assert.equal(await button(one, 'Save').count(), 0);
  });

  await step('theirs for all writes nothing', async () => {
    await both(9);
    await input(one, 'First name').fill('Mine');
    await contact.update(9, { firstName: 'Theirs' });
    await button(one, 'Save').click();
    await choose(one, 'First name', 'Theirs');
    const before = sent.length;
    await button(one, 'Save what is chosen').click();
    await conflictDialog(one).waitFor({ state: 'detached' });
    await eventually(async () => assert.equal(await input(one, 'First name').inputValue(), 'Theirs'));
    assert.equal(sent.length, before);
    assert.equal(await button(one, 'Save').count(), 0);
  });

  await step('a property is one value', async () => {
    await both(10);
    await input(one, 'Middle Initial').fill('M');
    await details(10, property(2, 'T'));
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    assert.match((await columns(one, 'Middle Initial'))[1], /T demo-admin/);
    await choose(one, 'Middle Initial', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    assert.deepEqual((await contact.stored(10)).properties[2], ['M']);
  });

  await step('logins merge one by one, and overlap where types differ', async () => {
    await open(one, 12);
    const { logins } = await contact.stored(12);
    const now = logins.map((login) => ({ name: login.split(' ')[0], type: login.split(' ')[1] }));
    await button(one, 'Add a login').click();
    await input(one, `Login ${now.length + 1}`).fill('mine@example.com');
    await details(12, { logins: [...now, { name: 'theirs@example.com', type: 'EMAIL' }] });
    await save(one);
    assert.match(await savedNote(one).innerText(), /Logins: .*theirs@example.com/);
    await holds(12, { logins: [...logins, 'mine@example.com EMAIL', 'theirs@example.com EMAIL'].sort() });

    const all = now.length + 2;
    await eventually(async () => assert.equal(await one.getByRole('textbox', { name: /^Login \d/ }).count(), all));
    await button(one, 'Add a login').click();
    await input(one, `Login ${all + 1}`).fill('same@example.com');
    await details(12, {
      logins: [...(await asLogins(12)), { name: 'same@example.com', type: 'GOOGLE' }],
    });
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    assert.match((await columns(one, 'Logins'))[1], /same@example.com \(Google account\)/);
    await choose(one, 'Logins', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    const { logins: chosen } = await contact.stored(12);
    assert.deepEqual(
      chosen.filter((login) => login.startsWith('same')),
      ['same@example.com EMAIL'],
    );
    assert.equal(chosen.length, all + 1);
  });

  await step('segments merge one by one', async () => {
    await open(one, 13);
    const { segments } = await contact.stored(13);
    const [mine, theirs] = [6, 8].filter((id) => !segments.includes(id));
    assert.ok(theirs, 'the demo data has become other');
    await input(one, 'Segments').click();
    await one.getByRole('option', { name: mine === 6 ? 'Events' : 'Surveys' }).click();
    await one.keyboard.press('Escape');
    await details(13, { membership: [...segments, theirs].map(String) });
    await save(one);
    assert.match(await savedNote(one).innerText(), /Segments: Outlet, Students → Outlet, Surveys, Students, by demo-admin/);
    await holds(13, { segments: [...segments, mine, theirs].sort((a, b) => a - b) });
  });

  await step('a property that is another name for a field is that field', async () => {
    await open(one, 14);
    await input(one, 'First name').fill('Mine');
    await details(14, property(1, 'Theirs'));
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    assert.match((await columns(one, 'First name'))[1], /Theirs demo-admin/);
    await choose(one, 'First name', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    await holds(14, { firstName: 'Mine' });
    assert.deepEqual((await contact.stored(14)).properties[1], ['Mine']);
  });

  await step('one deletes what the other edits', async () => {
    await both(15);
    const before = await contact.stored(15);
    await input(one, 'Last name').fill('Typed');
    await button(other, 'Delete').click();
    await other.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await other.getByRole('heading', { name: 'This contact was deleted' }).waitFor();
    const note = one.getByRole('alert').filter({ hasText: 'This contact was deleted' });
    await note.getByText(/^By Demo Admin/).waitFor();
    await button(one, 'Save').click();
    await one.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor();
    assert.equal(await contact.stored(15), null);
    assert.equal(await input(one, 'Last name').inputValue(), 'Typed');
    await look(one, 'deleted-meanwhile');
    await note.getByRole('button', { name: 'Bring it back' }).click();
    await note.waitFor({ state: 'detached' });
    await holds(15, { lastName: before.lastName, email: before.email, logins: before.logins, segments: before.segments });
    assert.equal(await input(one, 'Last name').inputValue(), 'Typed');
    await save(one);
    assert.equal(await savedNote(one).getByRole('listitem').count(), 0);
    await holds(15, { lastName: 'Typed', firstName: before.firstName, segments: before.segments });
  });

  await step('fields are refused and properties saved, and then the other way round', async () => {
    await open(one, 16);
    await input(one, 'First name').fill('Mine');
    await input(one, 'Middle Initial').fill('M');
    await contact.update(16, { firstName: 'Theirs' });
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    await holds(16, { firstName: 'Theirs' });
    assert.deepEqual((await contact.stored(16)).properties[2], ['M']);
    await choose(one, 'First name', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    assert.equal(await savedNote(one).getByRole('listitem').count(), 0, 'what one saved oneself is told as that of others');
    await holds(16, { firstName: 'Mine' });

    await input(one, 'Last name').fill('Kept');
    await input(one, 'Middle Initial').fill('N');
    await details(16, property(2, 'T'));
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    await holds(16, { lastName: 'Kept' });
    assert.equal(await conflictDialog(one).getByText('Also changed by others').count(), 0);
    await button(one, 'Back to the form').click();
    assert.equal(await input(one, 'Middle Initial').inputValue(), 'N');
    await one.getByRole('status').filter({ hasText: '1 change is not saved' }).waitFor();
    await button(one, 'Save').click();
    await choose(one, 'Middle Initial', 'Yours');
    await button(one, 'Save what is chosen').click();
    await savedNote(one).waitFor();
    assert.deepEqual((await contact.stored(16)).properties[2], ['N']);
  });

  await step('what is typed during a save stays, and is saved without a conflict with oneself', async () => {
    await open(one, 17);
    const { version } = await contact.stored(17);
    const release = await hold(one);
    await input(one, 'First name').fill('Quick');
    await button(one, 'Save').click();
    await input(one, 'First name').fill('Quicker');
    await input(one, 'Last name').fill('Second');
    release();
    await savedNote(one).waitFor();
    assert.equal(await input(one, 'First name').inputValue(), 'Quicker');
    assert.equal(await input(one, 'Last name').inputValue(), 'Second');
    assert.equal(last().variables.input.expectedVersion, version);
    await one.getByRole('status').filter({ hasText: '2 changes are not saved' }).waitFor();
    await button(one, 'Save').click();
    await button(one, 'Save').waitFor({ state: 'detached' });
    await savedNote(one).waitFor();
    assert.equal(await savedNote(one).getByRole('listitem').count(), 0);
    assert.equal(await one.getByText(/^(Meanwhile c|C)hanged (to|by) .*Demo Agent,/).count(), 0);
    await holds(17, { firstName: 'Quicker', lastName: 'Second' });
  });

  await step('what others change of it during a save is met', async () => {
    await open(one, 18);
    const release = await hold(one);
    await input(one, 'First name').fill('Quick');
    await button(one, 'Save').click();
    await input(one, 'Last name').fill('Second');
    await contact.update(18, { lastName: 'Theirs' });
    release();
    await savedNote(one).waitFor();
    await button(one, 'Save').click();
    await conflictDialog(one).waitFor();
    assert.match((await columns(one, 'Last name'))[1], /Theirs demo-admin/);
    await holds(18, { firstName: 'Quick', lastName: 'Theirs' });
  });
});

// asLogins is the logins of a contact as an input has them.
async function asLogins(id) {
  const { logins } = await contact.stored(id);
  return logins.map((login) => ({ name: login.split(' ')[0], type: login.split(' ')[1] }));
}

// hold keeps the writes of the page from the server until it is released.
async function hold(page) {
  let release;
  const released = new Promise((done) => {
    release = done;
  });
  await page.route('**/graphql', async (route) => {
    if (!/^mutation/.test(route.request().postDataJSON()?.query)) return route.fallback();
    await released;
    await route.continue();
  });
  return release;
}
