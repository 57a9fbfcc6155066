// contacts: 40
// What goes wrong between a page and the server is told, loses nothing that was typed, and applies nothing twice.
import assert from 'node:assert/strict';
import * as contact from './contact.mjs';
import { button, holds, input, open, savedNote } from './contact.mjs';
import { agent, expecting, look, person, signIn, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('agent');
  const sent = contact.written(page);
  const fault = page.getByRole('alert').filter({ hasText: 'It is not known to be saved' });
  let answer; // what becomes of the next writes, one function each
  await step('sign in', () => signIn(page, agent));
  await page.route('**/graphql', (route) => {
    const isWrite = /^mutation/.test(route.request().postDataJSON()?.query);
    const next = isWrite && answer?.shift();
    return next ? next(route) : route.continue();
  });
  const onlyChange = async (id) => assert.equal((await contact.log(id)).length, 2, 'it is applied twice, or not'); // with the creation

  for (const [id, status] of [
    [7, 503],
    [8, 500],
  ]) {
    await step(`the server answers ${status}`, async () => {
      await open(page, id);
      await input(page, 'First name').fill('Typed');
      let requestId;
      answer = [
        (route) => {
          requestId = route.request().headers()['x-request-id'];
          return route.fulfill({ status, contentType: 'text/plain', body: 'not now' });
        },
      ];
      await expecting(page, [new RegExp(`${status} POST /graphql`), /console error: Failed to load/], async () => {
        await button(page, 'Save').click();
        await fault.waitFor();
      });
      assert.match(await fault.innerText(), new RegExp(`The server answered with ${status}`));
      await fault.getByText(requestId, { exact: true }).waitFor();
      assert.equal(await input(page, 'First name').inputValue(), 'Typed');
      await look(page, `fault-${status}`);
      await button(page, 'Save').click();
      await savedNote(page).waitFor();
      assert.equal(await fault.count(), 0);
      await holds(id, { firstName: 'Typed' });
      await onlyChange(id);
    });
  }

  await step('the server cannot be reached', async () => {
    await open(page, 9);
    await input(page, 'First name').fill('Typed');
    answer = Array.from({ length: 4 }, () => (route) => route.abort('connectionrefused'));
    await expecting(page, [/ERR_CONNECTION_REFUSED: POST/, /console error: Failed to load/], async () => {
      await button(page, 'Save').click();
      await fault.waitFor();
    });
    assert.match(await fault.innerText(), /cannot be reached/);
    assert.equal(await input(page, 'First name').inputValue(), 'Typed');
    await button(page, 'Try again').click();
    await savedNote(page).waitFor();
    await holds(9, { firstName: 'Typed' });
    await onlyChange(9);
  });

  const loseAnswer = async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  };
  await step('an answer is lost: it is asked for again', async () => {
    await open(page, 10);
    await input(page, 'First name').fill('Typed');
    answer = [loseAnswer];
    const before = sent.length;
    await expecting(page, [/ERR_CONNECTION_RESET: POST/, /console error: Failed to load/], () => contact.save(page));
    const [first, second, ...more] = sent.slice(before);
    assert.deepEqual(second, first, 'the repeat is not the same');
    assert.deepEqual(more, []);
    assert.equal(await savedNote(page).getByRole('listitem').count(), 0);
    await holds(10, { firstName: 'Typed' });
    await onlyChange(10);
  });

  await step('all answers are lost: saving again is no conflict with oneself', async () => {
    await open(page, 11);
    await input(page, 'First name').fill('Typed');
    answer = [loseAnswer, loseAnswer, loseAnswer, loseAnswer];
    await expecting(page, [/ERR_CONNECTION_RESET: POST/, /console error: Failed to load/], async () => {
      await button(page, 'Save').click();
      await fault.waitFor();
    });
    await button(page, 'Try again').click();
    await savedNote(page).waitFor();
    await holds(11, { firstName: 'Typed' });
    const fields = (await contact.log(11)).flatMap(({ kind, fields }) => (kind === 'UPDATE' ? fields : []));
    assert.equal(fields.length, 1, 'the value is written twice');
  });

  await step('a slow answer: it is busy, and is sent once', async () => {
    await open(page, 12);
    await input(page, 'First name').fill('Typed');
    answer = [
      async (route) => {
        await page.waitForTimeout(1500);
        await route.continue();
      },
    ];
    const before = sent.length;
    await button(page, 'Save').dblclick();
    const busy = page.locator('form[aria-label="Contact"] button[type="submit"]');
    await page.waitForTimeout(200);
    assert.ok((await busy.getAttribute('data-loading')) && (await busy.isDisabled()), 'it does not look busy');
    await input(page, 'First name').press('Enter');
    await savedNote(page).waitFor();
    assert.equal(sent.length - before, 1);
    await onlyChange(12);
  });
});
