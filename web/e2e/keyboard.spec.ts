import type { Page } from '@playwright/test';
import { agent } from './api';
import { expect, test } from './fixtures';

interface Edited {
  firstName: string;
  preferredStore: { name: string } | null;
  limitMailsPermanently: boolean;
}

test.use({ contacts: 40 });

test('a user signs in, finds, edits and saves a contact with the keyboard alone', async ({
  api,
  page,
  step,
}) => {
  const keys = page.keyboard;
  const contact = () =>
    api.contact<Edited>(9, 'firstName limitMailsPermanently preferredStore { name }');

  await step('sign in', async () => {
    await page.goto('/');
    await page.getByLabel('Account').waitFor();
    for (const [label, text] of [
      ['Account', agent.account],
      ['Login', agent.login],
      ['Password', agent.password],
    ] as const) {
      await tabTo(page, label);
      await keys.type(text);
    }
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  });

  await step('the first Tab leads to a link that skips to the content', async () => {
    await page.reload();
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await skip.waitFor();
    await keys.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    const box = await skip.boundingBox();
    expect(
      box && box.x >= 0 && box.y >= 0,
      `the link is out of sight: ${JSON.stringify(box)}`,
    ).toBe(true);
    await expectFocusVisible(page);
    await keys.press('Enter');
    await keys.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('#content') != null)).toBe(
      true,
    );
  });

  const { lastName } = await api.stored(9);
  const name = await api.name(9);
  await step('search, and open a result', async () => {
    await tabTo(page, 'Search');
    await keys.type(lastName ?? '');
    await page.getByRole('link', { name, exact: true }).first().waitFor();
    await tabTo(page, name);
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
  });

  await step('a page is announced when it opens: its title has the focus', () =>
    expect.poll(() => focused(page)).toBe(name),
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
    await tabTo(page, 'No marketing email');
    const before = (await contact()).limitMailsPermanently;
    await keys.press('Space');
    await tabTo(page, 'Save', 80);
    await keys.press('Enter');
    await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
    const { firstName, preferredStore, limitMailsPermanently } = await contact();
    expect([firstName, preferredStore?.name, limitMailsPermanently]).toEqual([
      'Keyed',
      'Perth',
      !before,
    ]);
  });

  await step('a dialog keeps the focus, Escape closes it, and the focus returns', async () => {
    await tabTo(page, 'Delete', 80);
    await keys.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let i = 0; i < 6; i++) {
      await keys.press('Tab');
      expect(
        await dialog.evaluate((e) => e.contains(document.activeElement)),
        'the focus is in the dialog',
      ).toBe(true);
    }
    await keys.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Delete');
  });

  await step('back to the contacts', async () => {
    await tabTo(page, 'Contacts', 80);
    await keys.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
  });
});

/**
 * Presses Tab until the element with this name has the focus. Each element on the way must show
 * that it has it.
 */
async function tabTo(page: Page, name: string, most = 60): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < most; i++) {
    const now = await focused(page);
    if (now === name) return;
    await page.keyboard.press('Tab');
    await expectFocusVisible(page);
    passed.push(now);
  }
  throw new Error(`no Tab leads to ${name}, but to ${passed.join(' | ')}`);
}

/** The name of the element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: e, body } = document;
    if (!e || e === body) return 'nothing';
    const { labels } = e as HTMLInputElement; // other elements have none
    return (e.getAttribute('aria-label') || labels?.[0]?.textContent || e.textContent || '').trim();
  });
}

/** Fails if the focused element looks the same as without the focus. */
async function expectFocusVisible(page: Page): Promise<void> {
  const hidden = await page.evaluate(() => {
    const { activeElement: e, body } = document;
    if (!e || e === body) return null;
    const { outlineStyle, outlineWidth, borderColor, boxShadow } = getComputedStyle(e);
    const { top, bottom } = e.getBoundingClientRect();
    const inSight = bottom > 0 && top < innerHeight;
    const outlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
    // Inputs show it by the colour of their border.
    const coloured =
      e.matches('input, select, textarea') && (boxShadow !== 'none' || borderColor !== '');
    return inSight && (outlined || coloured) ? null : e.outerHTML.slice(0, 200);
  });
  expect(hidden, 'the element does not show that it has the focus').toBeNull();
}
