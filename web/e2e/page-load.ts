import type { CDPSession, Page } from '@playwright/test';

/** A response that a page has received. */
export interface Loaded {
  url: string;
  type: string;
  headers: Record<string, string>;
  /** How many bytes came over the network. */
  bytes: number;
  /** The body of a script. */
  text: string;
}

interface PageLoad {
  responses: Loaded[];
  /** After how many milliseconds the user could go on. */
  usable: number;
}

/**
 * Loads the console, and returns all responses until a button or link with this name can be used.
 */
export async function load(page: Page, name: string): Promise<PageLoad> {
  await page.addInitScript(noteUsable, name);
  const cdp = await page.context().newCDPSession(page);
  const responses = collectResponses(cdp);
  await cdp.send('Network.enable');
  await page.goto('/', { waitUntil: 'load' });
  const usable = await page.evaluate(
    () => (globalThis as unknown as { usable: Promise<number> }).usable,
  );
  for (const [requestId, response] of responses) {
    if (response.type === 'Script')
      response.text = (await cdp.send('Network.getResponseBody', { requestId })).body;
  }
  return { usable, responses: [...responses.values()] };
}

function collectResponses(cdp: CDPSession): Map<string, Loaded> {
  const responses = new Map<string, Loaded>();
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    responses.set(requestId, { type, url: response.url, headers, bytes: 0, text: '' });
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const response = responses.get(requestId);
    if (response) response.bytes = encodedDataLength;
  });
  return responses;
}

// Checks in each frame whether the button or link can be used, and notes since when.
function noteUsable(name: string) {
  const usable = new Promise((done) => {
    const check = () => {
      const found = [...document.querySelectorAll('button, a')].find(
        (e) => e.textContent.trim() === name,
      );
      if (found?.checkVisibility() && !found.matches(':disabled')) done(performance.now());
      else requestAnimationFrame(check);
    };
    check();
  });
  Object.assign(globalThis, { usable });
}
