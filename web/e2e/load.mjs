// The console as it is loaded by somebody who was never here.
import { person } from './browser.mjs';

// load opens the page in a new browser window. It returns all answers that the page needed until one can sign in, and after how
// many milliseconds that was.
export async function load(who = 'newcomer') {
  const page = await person(who);
  await page.addInitScript(untilUsable);
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
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  const usable = await page.evaluate(() => globalThis.usable);
  for (const answer of answers.values()) {
    if (answer.type === 'Script') answer.text = (await cdp.send('Network.getResponseBody', { requestId: answer.requestId })).body;
  }
  return { page, usable, answers: [...answers.values()] };
}

// untilUsable looks at each frame whether one can sign in, and notes since when.
function untilUsable() {
  globalThis.usable = new Promise((done) => {
    const look = () => {
      const button = [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Sign in');
      if (button?.checkVisibility() && !button.disabled) done(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}
