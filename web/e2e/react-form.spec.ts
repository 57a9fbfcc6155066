import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { resolve } from '../build/resolve';
import { expect } from './fixtures';
import { Server } from './server';

const web = join(import.meta.dirname, '..');
const guide = readFileSync(join(web, '../docs/react-form.md'), 'utf8');

/** The files that the guide shows: a line with the name is above each. */
const files = [...guide.matchAll(/`([\w-]+\.\w+)`[^`]*:\n\n```\w+\n(.*?)^```$/gms)].map(
  ([, name = '', text = '']) => ({ name, text }),
);

interface Site {
  folder: string;
  url: string;
}

// The application of the guide, and a server that its pages may use. The package is imported from
// its sources.
const test = base.extend<{ site: Site; server: Server }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern
  site: async ({}, use) => {
    const folder = mkdtempSync(join(web, '../bin/react-form-'));
    mkdirSync(join(folder, 'dist'));
    symlinkSync(join(web, 'node_modules'), join(folder, 'node_modules'));
    const pages = await preview({
      root: folder,
      configFile: false,
      logLevel: 'error',
      preview: { host: '127.0.0.1', port: 0 },
    });
    const url = new URL(pages.resolvedUrls?.local[0] ?? '');
    await use({ folder, url: url.origin });
    await pages.close();
    rmSync(folder, { recursive: true });
  },
  server: [
    async ({ site }, use) => {
      const server = await Server.start(20, ['--allow-origin', site.url]);
      await use(server);
      await server.stop();
    },
    { timeout: 350_000 },
  ],
});

test('the form of the guide merges, and asks about each field that both have changed', async ({
  browser,
  server,
  site,
}) => {
  await test.step('its files have the right types, and are built', async () => {
    expect(files.map(({ name }) => name)).toContain('conflict-table.tsx');
    for (const { name, text } of files)
      writeFileSync(join(site.folder, name), text.replaceAll('http://127.0.0.1:8080', server.url));
    const { paths } = JSON.parse(readFileSync(join(web, 'tsconfig.json'), 'utf8')).compilerOptions;
    const config = {
      extends: './tsconfig.json',
      compilerOptions: { paths: pathsFrom(paths), types: ['vite/client'] },
      include: ['*.tsx'],
    };
    writeFileSync(join(site.folder, 'tsconfig.check.json'), JSON.stringify(config));
    const tsc = join(web, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['-p', 'tsconfig.check.json'], { cwd: site.folder, stdio: 'inherit' });
    await build({ root: site.folder, configFile: false, logLevel: 'error', resolve });
  });

  const errors: string[] = [];
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => errors.push(`${error}`));
    page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
    await page.goto(site.url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await field(page, 'First name').waitFor();
    return page;
  };
  const [one, two] = await Promise.all([open(), open()]);

  await test.step('a change of others appears', async () => {
    await field(one, 'Phone').fill('555 0107');
    await save(one);
    await expect(field(two, 'Phone')).toHaveValue('555 0107');
  });
  await test.step('changes of different fields are merged', async () => {
    await field(two, 'Last name').fill('Doe');
    await field(two, 'Interests').fill('books\nfilms');
    await field(one, 'First name').fill('Eleonora');
    await save(one);
    await save(two);
    await expect(field(two, 'First name')).toHaveValue('Eleonora');
    await expect(field(one, 'Last name')).toHaveValue('Doe');
    await expect(field(one, 'Interests')).toHaveValue('books\nfilms');
  });
  await test.step('a conflict is shown by field, and resolved', async () => {
    await field(two, 'Last name').fill('Alm');
    await field(one, 'Last name').fill('Berg');
    await save(one);
    await two.getByText('Also changed by Demo Agent').waitFor();
    await two.getByRole('button', { name: 'Save', exact: true }).click();
    const row = two.getByRole('row', { name: /^lastName/ });
    await expect(row.getByRole('cell')).toHaveText(['Doe', /Berg\s+Demo Agent/, 'Alm']);
    await row.getByRole('radio', { name: 'Alm' }).check();
    await two.getByRole('button', { name: 'Save these values' }).click();
    await saved(two);
    await expect(field(one, 'Last name')).toHaveValue('Alm');
  });
  expect(errors).toEqual([]);
});

const field = (page: Page, label: string) => page.getByLabel(label);

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await saved(page);
}

async function saved(page: Page): Promise<void> {
  await expect(page.getByRole('status')).toHaveText(/^Saved/);
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
}

/** The paths of the pages' configuration, from the folder of the application. */
function pathsFrom(paths: Record<string, string[]>): Record<string, string[]> {
  const entries = Object.entries(paths).map(
    ([name, targets]) => [name, targets.map((target) => join(web, target))] as const,
  );
  return Object.fromEntries(entries);
}
