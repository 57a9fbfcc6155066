// contacts: 20
// The harness sees what goes wrong in a page: a story that watches nothing would always be green.
import assert from 'node:assert/strict';
import { axe, expecting, fits, person, step, story } from './harness.mjs';

await story(async () => {
  const page = await person('watched');
  await page.goto('/');
  const provoked = (name, pattern, happens) => step(name, () => expecting(page, pattern, () => page.evaluate(happens)));

  await provoked('an error in the console', /console error: one/, () => console.error('one'));
  await provoked('a warning in the console', /console warning: two/, () => console.warn('two'));
  await provoked('an error that nobody catches', /not caught: .*three/, () => {
    setTimeout(() => {
      throw new Error('three');
    });
  });
  await provoked('a request to another origin', [/Policy: connect-src/, /console error: (Refused|Connecting|Fetch)/], () =>
    fetch('https://other.example/').catch(() => {}),
  );
  await provoked(
    'an image of another origin',
    [/Policy: img-src forbids/, /console error: (Refused|Loading)/, /request to another origin: https:\/\/other/, /csp: GET/],
    () => {
      new Image().src = 'https://other.example/a.png';
    },
  );
  await provoked('a style that the policy forbids', [/Policy: style-src-attr/, /console error: (Refused|Applying)/], () => {
    document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>');
  });

  await step('what is expected must come', () =>
    assert.rejects(
      expecting(page, /never/, () => {}, 100),
      /watched did not complain of \/never\//,
    ),
  );
  await step('a server that is away', async () => {
    await page.context().setOffline(true);
    await expecting(page, [/ERR_INTERNET_DISCONNECTED: GET \/healthz/, /console error: Failed to load/], () =>
      page.evaluate(() => fetch('/healthz').catch(() => {})),
    );
    await page.context().setOffline(false);
  });
  await step('a button without a name', async () => {
    await page.evaluate(() => document.body.append(document.createElement('button')));
    await assert.rejects(axe(page), /button-name \(critical\)/);
  });
  await step('a page that scrolls sideways', async () => {
    await page.evaluate(() => {
      document.body.textContent = 'wide';
      document.body.append(Object.assign(document.createElement('pre'), { textContent: 'w'.repeat(100) }));
    });
    await fits(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await assert.rejects(fits(page), /scrolls sideways: .* px wide\s+<pre>w+/);
  });
});
