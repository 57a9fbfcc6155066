import { checkAppearance, expect, signIn, test } from './fixtures';
import { type Loaded, load } from './page-load';

const maxScriptBytes = 300 * 1024;

test('the console loads quickly, and loads only what it needs', async ({
  newPage,
  server,
  step,
}) => {
  const page = await newPage('new visitor');
  const { usable, responses } = await step('load the page with an empty cache', () =>
    load(page, 'Sign in'),
  );
  const assets = responses.filter((r) => new URL(r.url).pathname.startsWith('/assets/'));
  const scripts = responses.filter((r) => r.type === 'Script');

  await step('few bytes of scripts, compressed', () => {
    expectFewBytes(scripts, usable);
    expectNone(
      'assets that are not compressed',
      assets,
      (r) => !['br', 'gzip', 'zstd'].includes(r.headers['content-encoding'] ?? ''),
    );
  });

  await step('no scripts of the other pages', () =>
    expectNone(
      'scripts that the console does not need',
      scripts,
      (r) =>
        /graphiql|monaco|playground|swagger/i.test(r.url) ||
        /graphiql-container|monaco-editor|swagger-ui/.test(r.text),
    ),
  );

  const document = responses[0];
  await step('assets are cached for good, the page is not', () => {
    expectNone(
      'assets that are not cached',
      assets,
      (r) => !r.headers['cache-control']?.includes('immutable'),
    );
    expect(document?.url).toBe(`${server.url}/`);
    expect(document?.headers['cache-control']).toMatch(/no-store|no-cache/);
  });

  await step('a strict policy', () => {
    const policy = document?.headers['content-security-policy'] ?? '';
    const directives = new Map(
      policy
        .split(';')
        .map((directive) => directive.trim().split(/\s+/))
        .map(([name, ...sources]) => [name, sources]),
    );
    const scriptSources = directives.get('script-src') ?? directives.get('default-src');
    expect(scriptSources, `no policy for scripts: ${policy}`).toBeDefined();
    const loose = scriptSources?.filter(
      (s) => !/^'(none|self|strict-dynamic|nonce-.+|sha\d+-.+)'$/.test(s),
    );
    expect(loose, policy).toEqual([]);
    for (const name of ['base-uri', 'frame-ancestors'])
      expect([...directives.keys()], policy).toContain(name);
  });

  await step('few bytes also for a user who is signed in', async () => {
    const first = await newPage('returning visitor');
    await signIn(first);
    const again = await newPage('returning visitor', {
      storageState: await first.context().storageState(),
    });
    const { responses, usable } = await load(again, 'New contact');
    const scripts = responses.filter((r) => r.type === 'Script');
    expect(
      scripts.some((r) => /contacts-page/.test(r.url)),
      describe('the contact list is not among the scripts', scripts),
    ).toBe(true);
    expectFewBytes(scripts, usable);
  });

  await step('the page is accessible', () => checkAppearance(page, 'sign-in'));
});

// The time is only printed, because machines differ. sign-in-time.spec.ts has a limit.
function expectFewBytes(scripts: Loaded[], usable: number) {
  const bytes = scripts.reduce((sum, r) => sum + r.bytes, 0);
  console.log(`${(bytes / 1024).toFixed(1)} KiB of scripts; usable after ${Math.round(usable)} ms`);
  expect(scripts.length, 'the page loads no script').toBeGreaterThan(0);
  expect(bytes, describe('more than 300 KiB of scripts', scripts)).toBeLessThanOrEqual(
    maxScriptBytes,
  );
}

function expectNone(what: string, responses: Loaded[], isWrong: (response: Loaded) => boolean) {
  const wrong = responses.filter(isWrong);
  expect(wrong, describe(what, wrong)).toEqual([]);
}

function describe(what: string, responses: Loaded[]): string {
  const lines = responses.map(
    (r) => `\n  ${r.url}: ${r.bytes} bytes, ${JSON.stringify(r.headers)}`,
  );
  return `${what}:${lines.join('')}`;
}
