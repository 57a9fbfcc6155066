// The browser of a story, the people who use it, and what their pages complain of.
import { chromium } from 'playwright-core';
import { origin } from './demo.mjs';

let launched;

// browser is the one of this story. It ends with the story, also with one that is killed: it hangs on a pipe to it.
export function browser() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    handleSIGTERM: false, // the story tells first what it saw
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  return launched;
}

export async function close() {
  if (launched) await (await launched).close();
}

// by their contexts: who uses it, what was complained of there, and what is expected.
const watched = new Map();

// person gives somebody a browser of their own, with nothing in its cache or storage, and returns their page. More pages
// that they open are watched too.
export async function person(who, options = {}) {
  const context = await (await browser()).newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  context.setDefaultTimeout(20_000);
  watch(who, context);
  await context.addInitScript(prepare);
  return context.newPage();
}

// prepare runs in each page before its own scripts.
function prepare() {
  addEventListener('securitypolicyviolation', (e) => {
    console.error(`Content-Security-Policy: ${e.effectiveDirective} forbids ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`);
  });
  // Nothing moves, so that what is looked at is what stays. A sheet that is constructed needs no leave of the policy.
  const still = new CSSStyleSheet();
  still.replaceSync(`*, ::before, ::after { transition-duration: 0s !important; transition-delay: 0s !important;
    animation-duration: 0s !important; animation-delay: 0s !important; caret-color: transparent !important }`);
  document.adoptedStyleSheets.push(still);
}

function watch(who, context) {
  const all = [];
  const watching = { who, all, expected: [] };
  watched.set(context, watching);
  const complain = (text) => {
    const expected = watching.expected.find((e) => e.pattern.test(text));
    if (expected) expected.came = true;
    else all.push(`${who}: ${text}`);
  };
  const pageOf = (url) => url.replace(origin, '');
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    const { url, lineNumber } = message.location();
    complain(`console ${message.type()}: ${message.text()} (${pageOf(url)}:${lineNumber})`);
  });
  context.on('weberror', (e) => complain(`not caught: ${e.error().stack ?? e.error()}`));
  context.on('request', (request) => {
    if (foreign(request.url())) complain(`request to another origin: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) complain(`${response.status()} ${response.request().method()} ${pageOf(response.url())}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A page that is left, or that no longer wants an answer, aborts what it asked for. So does a download.
    if (why !== 'net::ERR_ABORTED') complain(`${why}: ${request.method()} ${pageOf(request.url())}`);
  });
  context.on('page', (page) => {
    page.on('crash', () => complain('the page crashed'));
    page.on('websocket', (socket) => {
      if (foreign(socket.url().replace(/^ws/, 'http'))) complain(`socket to another origin: ${socket.url()}`);
    });
  });
}

const foreign = (url) => /^https?:/.test(url) && new URL(url).origin !== origin;

// expecting announces what the page may complain of while something happens: each of the patterns must come.
export async function expecting(page, patterns, happens, ms = 5000) {
  const { expected, who } = watched.get(page.context());
  const announced = [patterns].flat().map((pattern) => ({ pattern, came: false }));
  expected.push(...announced);
  try {
    const result = await happens();
    for (const end = Date.now() + ms; announced.some((e) => !e.came); ) {
      const missing = announced.filter((e) => !e.came).map((e) => e.pattern);
      if (Date.now() > end) throw new Error(`${who} did not complain of ${missing.join(', ')}`);
      await page.waitForTimeout(50);
    }
    return result;
  } finally {
    expected.splice(0, expected.length, ...expected.filter((e) => !announced.includes(e)));
  }
}

// complaints are those that nobody expected.
export const complaints = () => [...watched.values()].flatMap(({ all }) => all);

// everyPage is what is open, by unique names.
export function everyPage() {
  return [...watched].flatMap(([context, { who }]) =>
    context.pages().map((page, i) => ({ page, who: i === 0 ? who : `${who}-${i + 1}` })),
  );
}
