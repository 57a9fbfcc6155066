// How a page looks, and whether everybody can use it.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// axe fails on what keeps people from using the page as it stands.
export async function axe(page) {
  fail([...(await violations(page)).values()]);
}

const schemes = ['light', 'dark'];
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

// look takes the page as it stands on a desktop and on a phone, by day and by night: everybody must be able to use it, nothing
// may scroll sideways on a phone, and there is a screenshot of each. Names are unique among all stories.
export async function look(page, name) {
  const before = page.viewportSize();
  const found = new Map();
  for (const scheme of schemes) {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize(viewport);
      await quiet(page);
      const file = join(folder(), `${name}-${scheme}-${size}.png`);
      await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
      const wrong = await violations(page);
      if (size === 'phone') for (const text of await sideways(page)) wrong.set(text, text);
      for (const [key, text] of wrong) found.set(key, { text, in: [...(found.get(key)?.in ?? []), `${scheme} ${size}`] });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  await quiet(page);
  fail([...found.values()].map((f) => `${f.text}\n    in: ${f.in.join(', ')}`));
}

function fail(wrong) {
  if (wrong.length > 0) throw new Error(`not everybody can use the page:\n${wrong.join('\n')}`);
}

// violations are what axe finds, each under what it is about.
async function violations(page) {
  // Evaluated from outside, for the policy of the page admits no script that is added to it.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const all = new Map();
  for (const { id, impact, help, nodes } of result.violations) {
    if (!['serious', 'critical'].includes(impact)) continue;
    for (const node of nodes) {
      const why = [...node.any, ...node.all, ...node.none].map((check) => `\n    ${check.message}`).join('');
      all.set(`${id} ${node.target}`, `${id} (${impact}): ${help}\n    ${node.target.join(' ')}\n    ${node.html}${why}`);
    }
  }
  return all;
}

// fits fails if the page as it stands scrolls sideways.
export async function fits(page) {
  fail(await sideways(page));
}

// sideways tells that the page is wider than its window, and what of it probably.
function sideways(page) {
  return page.evaluate(() => {
    if (document.scrollingElement.scrollWidth <= innerWidth) return [];
    const reach = (e) => {
      const { left, right } = e.getBoundingClientRect();
      return getComputedStyle(e).overflowX === 'visible' ? Math.max(right, left + e.scrollWidth) : right;
    };
    const wide = [...document.body.querySelectorAll('*')].filter((e) => reach(e) > innerWidth);
    const inner = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
    const html = inner.slice(0, 5).map((e) => `\n    ${e.outerHTML.slice(0, 200)}`);
    return [`the page scrolls sideways: it is ${document.scrollingElement.scrollWidth} px wide${html.join('')}`];
  });
}

// quiet waits until the fonts are there and nothing was changed for a moment, or for two seconds where something always is.
function quiet(page) {
  return page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => {
      let timer = setTimeout(done, 150);
      const observer = new MutationObserver(() => {
        clearTimeout(timer);
        timer = setTimeout(done, 150);
      });
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      setTimeout(done, 2000);
    });
  });
}

let made;

// folder is where the screenshots go.
function folder() {
  made ??= process.env.CONTACTGRAPH_SCREENSHOTS || mkdtempSync(join(tmpdir(), 'contactgraph-screenshots-'));
  mkdirSync(made, { recursive: true });
  return made;
}
