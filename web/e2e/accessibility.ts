import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);
const screenshots = process.env.CONTACTGRAPH_SCREENSHOTS;

const schemes = ['light', 'dark'] as const;
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Fails on serious and critical accessibility violations of the page in its current state. */
export async function checkAccessibility(page: Page): Promise<void> {
  fail([...(await violations(page)).values()]);
}

/**
 * Checks the page in its current state on a desktop and on a phone, in light and in dark: it has no
 * serious or critical accessibility violations, and does not scroll sideways on a phone.
 * Screenshots go to the folder CONTACTGRAPH_SCREENSHOTS, if that is set. Names are unique among all
 * tests.
 */
export async function checkAppearance(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  const found = new Map<string, { text: string; where: string[] }>();
  for (const scheme of schemes) {
    // In dark the other way round: changing the size costs more than changing the colors.
    const inOrder = Object.entries(sizes);
    if (scheme === 'dark') inOrder.reverse();
    for (const [size, viewport] of inOrder) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize(viewport);
      await settle(page);
      if (screenshots) await screenshot(page, join(screenshots, `${name}-${scheme}-${size}.png`));
      const wrong = await violations(page, scheme === 'dark' ? rulesOfColors : undefined);
      if (size === 'phone') for (const text of await sidewaysScrolling(page)) wrong.set(text, text);
      for (const [key, text] of wrong) {
        const entry = found.get(key) ?? { text, where: [] };
        entry.where.push(`${scheme} ${size}`);
        found.set(key, entry);
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
  await settle(page);
  fail([...found.values()].map(({ text, where }) => `${text}\n    in: ${where.join(', ')}`));
}

/** Fails if the page in its current state scrolls sideways. */
export async function checkWidth(page: Page): Promise<void> {
  fail(await sidewaysScrolling(page));
}

/** Stops all movement in the pages of a context, so that a screenshot shows the final state. */
export function stopAnimations(): void {
  // The policy allows a constructed style sheet.
  const still = new CSSStyleSheet();
  still.replaceSync(`*, ::before, ::after { transition-duration: 0s !important; transition-delay: 0s !important;
    animation-duration: 0s !important; animation-delay: 0s !important; caret-color: transparent !important }`);
  document.adoptedStyleSheets.push(still);
}

async function screenshot(page: Page, path: string): Promise<void> {
  mkdirSync(join(path, '..'), { recursive: true });
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
}

function fail(wrong: string[]): void {
  if (wrong.length > 0) throw new Error(`the page is not accessible:\n${wrong.join('\n')}`);
}

/** The rules of axe that depend on colors: in another color scheme, no other can be broken. */
const rulesOfColors = ['color-contrast', 'link-in-text-block'];

/**
 * The violations that axe finds, each by its rule and its element. Without rules, those of all
 * rules.
 */
async function violations(page: Page, rules?: string[]): Promise<Map<string, string>> {
  // Evaluated by the debugger, because the policy of the page blocks scripts that are added to it.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const result = await page.evaluate((rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(root: Document, options: RunOptions): Promise<AxeResults> };
    };
    return axe.run(document, {
      resultTypes: ['violations'],
      ...(rules && { runOnly: { type: 'rule', values: rules } }),
    });
  }, rules);
  const all = new Map<string, string>();
  for (const { id, impact, help, nodes } of result.violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    for (const node of nodes) {
      const why = [...node.any, ...node.all, ...node.none]
        .map((check) => `\n    ${check.message}`)
        .join('');
      all.set(
        `${id} ${node.target}`,
        `${id} (${impact}): ${help}\n    ${node.target.join(' ')}\n    ${node.html}${why}`,
      );
    }
  }
  return all;
}

/** Describes which elements make the page wider than its window, if it is. */
function sidewaysScrolling(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.scrollWidth;
    if (width <= innerWidth) return [];
    const rightEdge = (e: Element) => {
      const { left, right } = e.getBoundingClientRect();
      return getComputedStyle(e).overflowX === 'visible'
        ? Math.max(right, left + e.scrollWidth)
        : right;
    };
    const wide = [...document.body.querySelectorAll('*')].filter((e) => rightEdge(e) > innerWidth);
    const innermost = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
    const html = innermost.slice(0, 5).map((e) => `\n    ${e.outerHTML.slice(0, 200)}`);
    return [`the page scrolls sideways: it is ${width} px wide${html.join('')}`];
  });
}

/**
 * Waits until the fonts are loaded and the DOM has not changed for a moment; two seconds at most.
 */
function settle(page: Page): Promise<void> {
  return page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise<void>((done) => {
      let timer = setTimeout(done, 150);
      const observer = new MutationObserver(() => {
        clearTimeout(timer);
        timer = setTimeout(done, 150);
      });
      observer.observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      setTimeout(done, 2000);
    });
  });
}
