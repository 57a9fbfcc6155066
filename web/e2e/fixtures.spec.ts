import { checkAccessibility, checkWidth, expect, test } from './fixtures';

// If the fixtures missed what goes wrong in a page, every other test would always pass.
test('the fixtures report what goes wrong in a page', async ({
  page,
  step,
  expectErrors,
  pageErrors,
}) => {
  await page.goto('/');
  const provoke = (name: string, patterns: RegExp | RegExp[], action: () => unknown) =>
    step(name, () => expectErrors(page, patterns, () => page.evaluate(action)));

  await provoke('an error in the console', /console error: one/, () => console.error('one'));
  await provoke('a warning in the console', /console warning: two/, () => console.warn('two'));
  await provoke('an uncaught exception', /uncaught: .*three/, () => {
    setTimeout(() => {
      throw new Error('three');
    });
  });
  await provoke(
    'a request to another origin',
    [/Policy: connect-src/, /console error: (Refused|Connecting|Fetch)/],
    () => fetch('https://other.example/').catch(() => {}),
  );
  await provoke(
    'an image of another origin',
    [
      /Policy: img-src forbids/,
      /console error: (Refused|Loading)/,
      /request to another origin: https:\/\/other/,
      /csp: GET/,
    ],
    () => {
      new Image().src = 'https://other.example/a.png';
    },
  );
  await provoke(
    'a style that the policy forbids',
    [/Policy: style-src-attr/, /console error: (Refused|Applying)/],
    () => {
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>');
    },
  );

  await step('a 5xx response', async () => {
    await page.route('**/broken', (route) => route.fulfill({ status: 503, body: 'not now' }));
    await expectErrors(page, [/503 GET \/broken/, /console error: Failed to load/], () =>
      page.evaluate(() => fetch('/broken')),
    );
  });
  await step('a server that cannot be reached', async () => {
    await page.context().setOffline(true);
    await expectErrors(
      page,
      [/ERR_INTERNET_DISCONNECTED: GET \/healthz/, /console error: Failed to load/],
      () => page.evaluate(() => fetch('/healthz').catch(() => {})),
    );
    await page.context().setOffline(false);
  });

  await step('expected errors must occur', async () => {
    const nothing = expectErrors(page, /never/, () => {}, 100);
    await expect(nothing).rejects.toThrow(/user did not report \/never\//);
  });
  await step('other errors fail the step', async () => {
    await page.evaluate(() => console.error('unexpected'));
    await expect(pageErrors.check()).rejects.toThrow(/user: console error: unexpected/);
  });

  await step('a button without a name', async () => {
    await page.evaluate(() => document.body.append(document.createElement('button')));
    await expect(checkAccessibility(page)).rejects.toThrow(/button-name \(critical\)/);
  });
  await step('a page that scrolls sideways', async () => {
    await page.evaluate(() => {
      document.body.textContent = 'wide';
      document.body.append(
        Object.assign(document.createElement('pre'), { textContent: 'w'.repeat(100) }),
      );
    });
    await checkWidth(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect(checkWidth(page)).rejects.toThrow(/scrolls sideways: .* px wide\s+<pre>w+/);
  });
});
