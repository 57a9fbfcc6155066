import type { BrowserContext, Page } from '@playwright/test';

interface Expected {
  pattern: RegExp;
  came: boolean;
}

interface Watched {
  name: string;
  expected: Expected[];
}

/**
 * Collects what goes wrong in the pages of a test: errors and warnings in the console, uncaught
 * exceptions, violations of the Content-Security-Policy, 5xx responses, failed requests, and
 * requests to other origins.
 */
export class PageErrors {
  private readonly contexts = new Map<BrowserContext, Watched>();
  private readonly unexpected: string[] = [];

  constructor(private readonly origin: string) {}

  /** Watches every page of the context. The name of its user goes into the errors. */
  async watch(context: BrowserContext, name: string): Promise<void> {
    const watched: Watched = { name, expected: [] };
    this.contexts.set(context, watched);
    const report = (text: string) => {
      const expected = watched.expected.find((e) => e.pattern.test(text));
      if (expected) expected.came = true;
      else this.unexpected.push(`${name}: ${text}`);
    };
    const pathOf = (url: string) => url.replace(this.origin, '');
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const { url, lineNumber } = message.location();
      report(`console ${message.type()}: ${message.text()} (${pathOf(url)}:${lineNumber})`);
    });
    context.on('weberror', (event) => report(`uncaught: ${event.error().stack ?? event.error()}`));
    context.on('request', (request) => {
      if (this.isForeign(request.url())) report(`request to another origin: ${request.url()}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 500)
        report(`${response.status()} ${response.request().method()} ${pathOf(response.url())}`);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // A page aborts its requests when it is left, or when it no longer needs the response. So
      // does a download.
      if (reason !== 'net::ERR_ABORTED')
        report(`${reason}: ${request.method()} ${pathOf(request.url())}`);
    });
    context.on('page', (page) => {
      page.on('crash', () => report('the page crashed'));
      page.on('websocket', (socket) => {
        if (this.isForeign(socket.url().replace(/^ws/, 'http')))
          report(`socket to another origin: ${socket.url()}`);
      });
    });
    await context.addInitScript(reportPolicyViolations);
  }

  /**
   * Runs the action and expects errors that match the patterns meanwhile, or up to the timeout
   * later: each pattern at least once. The pages of the test may report them without failing it.
   */
  async expect<T>(
    page: Page,
    patterns: RegExp | RegExp[],
    action: () => T | Promise<T>,
    timeout = 20_000,
  ): Promise<T> {
    const watched = this.contexts.get(page.context());
    if (!watched) throw new Error('the page is not watched');
    const announced = [patterns].flat().map((pattern) => ({ pattern, came: false }));
    watched.expected.push(...announced);
    try {
      const result = await action();
      for (const end = Date.now() + timeout; announced.some((e) => !e.came); ) {
        const missing = announced.filter((e) => !e.came).map((e) => e.pattern);
        if (Date.now() > end)
          throw new Error(`${watched.name} did not report ${missing.join(', ')}`);
        await page.waitForTimeout(50);
      }
      return result;
    } finally {
      watched.expected = watched.expected.filter((e) => !announced.includes(e));
    }
  }

  /** Fails with the errors that were not expected. */
  async check(): Promise<void> {
    // A page's earlier messages arrive before its answer to this.
    for (const page of this.pages()) await page.evaluate(() => 0).catch(() => {});
    const all = this.unexpected.splice(0);
    if (all.length > 0) throw new Error(`errors in the pages:\n${all.join('\n')}`);
  }

  /** Shows what each page shows, as a screen reader finds it. */
  async describePages(): Promise<string> {
    const texts = [];
    for (const [context, { name }] of this.contexts) {
      for (const page of context.pages()) {
        const tree = await page
          .locator('body')
          .ariaSnapshot({ timeout: 5000 })
          .catch((error: Error) => error.message);
        texts.push(
          `${name} is at ${page.url()} and sees:\n${tree.split('\n').slice(0, 60).join('\n')}`,
        );
      }
    }
    return texts.join('\n\n');
  }

  private pages(): Page[] {
    return [...this.contexts.keys()].flatMap((context) => context.pages());
  }

  private isForeign(url: string): boolean {
    return /^https?:/.test(url) && new URL(url).origin !== this.origin;
  }
}

// Runs in each page before its own scripts.
function reportPolicyViolations() {
  addEventListener('securitypolicyviolation', (e) => {
    console.error(
      `Content-Security-Policy: ${e.effectiveDirective} forbids ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`,
    );
  });
}
