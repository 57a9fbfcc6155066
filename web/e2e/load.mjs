// The console as it is loaded by somebody who was never here.
import { person } from './browser.mjs';

// load opens the page in a new browser window. It returns all answers that the page needed until what is called so can be used, and
// after how many milliseconds that was.
export async function load(who = 'newcomer', called = 'Sign in', options = {}) {
  const page = await person(who, options);
  await page.addInitScript(untilUsable, called);
  const answers = new Map();
  const cdp = await page.context().newCDPSession(page);
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]));
    answers.set(requestId, { requestId, type, url: response.url, status: response.status, headers, bytes: 0 });
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const answer = answers.get(requestId);
    if (answer) answer.bytes = encodedDataLength;
  });
  await cdp.send('Network.enable');
  await page.goto('/', { waitUntil: 'load' });
  const usable = await page.evaluate(() => globalThis.usable);
  for (const answer of answers.values()) {
    if (answer.type === 'Script') answer.text = (await cdp.send('Network.getResponseBody', { requestId: answer.requestId })).body;
  }
  return { page, usable, answers: [...answers.values()] };
}

// untilUsable looks at each frame whether there is a button or a link that is called so, and notes since when.
function untilUsable(called) {
  globalThis.usable = new Promise((done) => {
    const look = () => {
      const usable = [...document.querySelectorAll('button, a')].find((e) => e.textContent.trim() === called);
      if (usable?.checkVisibility() && !usable.disabled) done(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}
