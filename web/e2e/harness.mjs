// What the stories of this folder are told with. A story is a file NAME.story.mjs that runs by itself against a demo server:
//
//   CONTACTGRAPH_URL=http://127.0.0.1:8080 node web/e2e/loading.story.mjs
//
// The acceptance tests run each against a server of its own, with as many contacts as its first line asks for.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { close, complaints, everyPage } from './browser.mjs';

export { browser, expecting, person } from './browser.mjs';
export { admin, agent, customer, graphql, signIn, url } from './demo.mjs';
export { axe, fits, look } from './look.mjs';

// A story that takes longer than this hangs. The acceptance tests wait a little longer, so that it can say where.
const deadline = 180_000;

let current = 'before the first step';

// story runs what happens. When it fails it says in which step, and leaves what each page showed in a folder.
export async function story(happens) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not done after ${deadline / 1000} s`)), deadline);
    process.once('SIGTERM', () => fail(new Error('told to end')));
  });
  try {
    await Promise.race([late, happens()]);
    current = 'after the last step';
    await settled();
  } catch (error) {
    await within(30_000, report(error)).catch((fault) => console.error(fault));
    process.exitCode = 1;
  }
  clearTimeout(timer);
  await within(10_000, close()).catch((fault) => console.error(fault));
  process.exit(); // which also ends a browser that did not close
}

// step is a part of a story, and fails with what any page complained of meanwhile.
export async function step(name, happens) {
  current = name;
  const begin = performance.now();
  const result = await happens();
  await settled();
  console.log(`ok: ${name} (${Math.round(performance.now() - begin)} ms)`);
  current = `after ${name}`;
  return result;
}

// eventually tries until nothing is thrown: for what becomes true without anything on the page to wait for.
export async function eventually(holds, ms = 10_000) {
  for (const end = Date.now() + ms; ; await new Promise((done) => setTimeout(done, 50))) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

// settled throws what the pages have complained of.
async function settled() {
  // What a page said comes before its answer to a question.
  for (const { page } of everyPage()) await page.evaluate(() => 0).catch(() => {});
  const all = complaints();
  if (all.length > 0) throw new Error(`a page complained:\n${all.join('\n')}`);
}

async function report(error) {
  const name = basename(process.argv[1], '.story.mjs');
  const folder = mkdtempSync(join(tmpdir(), `contactgraph-${name}-`));
  console.error(`FAILED: ${name}, step: ${current}\n${stripVTControlCharacters(error.stack ?? `${error}`)}`);
  for (const line of complaints()) if (!error.message?.includes(line)) console.error(`besides: ${line}`);
  for (const { who, page } of everyPage()) {
    const file = join(folder, who);
    try {
      await page.screenshot({ path: `${file}.png`, timeout: 5000 });
      writeFileSync(`${file}.html`, await page.content());
      const tree = await page.locator('body').ariaSnapshot({ timeout: 5000 });
      writeFileSync(`${file}.aria.yml`, tree);
      console.error(`\n${who} is at ${page.url()} and sees:\n${tree.split('\n').slice(0, 60).join('\n')}`);
    } catch (fault) {
      console.error(`\n${who} is at ${page.url()}: ${fault.message}`);
    }
  }
  console.error(`\nScreenshots, HTML and what a screen reader finds: ${folder}`);
}

// within gives up waiting. What was waited for may still go on.
function within(ms, promise) {
  const late = new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`gave up after ${ms / 1000} s`)), ms).unref();
  });
  return Promise.race([promise, late]);
}
