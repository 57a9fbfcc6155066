// contacts: 40
// Nobody needs a mouse: signing in, reaching a contact, editing and saving it with keys alone.
import assert from 'node:assert/strict';
import { agent, eventually, graphql, person, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('agent');
  const keys = page.keyboard;

  await step('sign in', async () => {
    await page.goto('/');
    await page.getByLabel('Account').waitFor();
    for (const [label, text] of [
      ['Account', agent.account],
      ['Login', agent.login],
      ['Password', agent.password],
    ]) {
      await tabTo(page, label);
      await keys.type(text);
    }
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  });

  await step('the first stop skips to the content', async () => {
    await page.reload();
    await page.getByRole('link', { name: 'Skip to the content' }).waitFor();
    await keys.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    assert.deepEqual(await focused(page), 'Skip to the content');
    const box = await skip.boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0, `the link is out of sight: ${JSON.stringify(box)}`);
    await visible(page);
    await keys.press('Enter');
    await keys.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('#content') !== null), true);
  });

  await step('search, and open what is found', async () => {
    await tabTo(page, 'Search');
    await keys.type((await contact(9)).lastName);
    const link = page.getByRole('link', { name: nameOf(await contact(9)), exact: true }).first();
    await link.waitFor();
    await tabTo(page, nameOf(await contact(9)));
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: nameOf(await contact(9)) }).waitFor();
  });

  await step('a page that one comes to is told: its title has the focus', () =>
    eventually(async () => assert.equal(await focused(page), nameOf(await contact(9)))),
  );

  await step('edit, choose, and save', async () => {
    await tabTo(page, 'First name');
    await keys.press('ControlOrMeta+a');
    await keys.type('Keyed');
    await tabTo(page, 'Preferred store');
    await keys.type('Perth');
    await page.getByRole('option', { name: 'Perth' }).waitFor();
    await keys.press('ArrowDown');
    await keys.press('Enter');
    await tabTo(page, 'No mails at all');
    const before = (await contact(9)).limitMailsPermanently;
    await keys.press('Space');
    await tabTo(page, 'Save', 80);
    await keys.press('Enter');
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    const { firstName, preferredStore, limitMailsPermanently } = await contact(9);
    assert.deepEqual([firstName, preferredStore?.name, limitMailsPermanently], ['Keyed', 'Perth', !before]);
  });

  await step('a dialog keeps the focus, Escape closes it, and the focus goes back', async () => {
    await tabTo(page, 'Delete', 80);
    await keys.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let i = 0; i < 6; i++) {
      await keys.press('Tab');
      assert.equal(await dialog.evaluate((e) => e.contains(document.activeElement)), true, 'the focus left the dialog');
    }
    await keys.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await eventually(async () => assert.equal(await focused(page), 'Delete'));
  });

  await step('back to the contacts', async () => {
    await tabTo(page, 'Contacts', 80);
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  });
});

async function contact(id) {
  const fields = 'firstName lastName limitMailsPermanently preferredStore { name }';
  return (await graphql(`query ($id: ID!) { contact(id: $id) { ${fields} } }`, { id })).contact;
}

function nameOf({ firstName, lastName }) {
  return `${firstName} ${lastName}`;
}

// tabTo presses Tab until what has the name has the focus. All on the way must show that they have it.
async function tabTo(page, name, most = 60) {
  const passed = [];
  for (let i = 0; i < most; i++) {
    const now = await focused(page);
    if (now === name) return;
    await page.keyboard.press('Tab');
    await visible(page);
    passed.push(now);
  }
  throw new Error(`no Tab leads to ${name}, but to ${passed.join(' | ')}`);
}

// focused is what a screen reader calls what has the focus.
function focused(page) {
  return page.evaluate(() => {
    const { activeElement: e, body } = document;
    if (e === body) return 'nothing';
    return (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || '').trim();
  });
}

// visible fails where nobody sees what has the focus: it looks the same with it as without.
async function visible(page) {
  const [shows, html] = await page.evaluate(() => {
    const { activeElement: e, body } = document;
    if (e === body) return [true, ''];
    const { outlineStyle, outlineWidth, borderColor, boxShadow } = getComputedStyle(e);
    const { top, bottom } = e.getBoundingClientRect();
    const inSight = bottom > 0 && top < innerHeight;
    const outlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
    // Inputs show it by their border's colour.
    const coloured = e.matches('input, select, textarea') && (boxShadow !== 'none' || borderColor !== '');
    return [inSight && (outlined || coloured), e.outerHTML.slice(0, 200)];
  });
  assert.ok(shows, `nobody sees that this has the focus: ${html}`);
}
