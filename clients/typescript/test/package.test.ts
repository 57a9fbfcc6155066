import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as client from '../src/index.js';
import { headers, url } from './server.js';

const folder = new URL('..', import.meta.url);
/** Runs a command in the folder of the package, and returns its output. */
function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

// The examples import the package by its name, which leads to dist from every file of the package.
const examples = new URL('examples-of-readme/', folder);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

describe('the package', () => {
  beforeAll(() => {
    run('npm', 'run', '--silent', 'build');
    mkdirSync(examples, { recursive: true });
  });
  afterAll(() => rmSync(examples, { recursive: true }));

  it('has a file for each export', () => {
    const [{ files }] = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'));
    const packed = files.map(({ path }: { path: string }) => `./${path}`);
    const { exports } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
    for (const targets of Object.values<Record<string, string>>(exports))
      for (const target of Object.values(targets)) expect(packed).toContain(target);
  });

  it('has a README with every document', () => {
    const documents = Object.keys(client).filter((name) => name.endsWith('Document'));
    const missing = documents.filter((name) => !readme.includes(`\`${name.slice(0, -8)}\``));
    expect(missing).toEqual([]);
  });

  it('has a README with examples whose types are right, and that run', () => {
    const blocks = [...readme.matchAll(/^```(tsx?)\n(.*?)^```/gms)];
    expect(blocks).toHaveLength(7);
    for (const [i, [, language, code = '']] of blocks.entries()) {
      const local = code
        .replaceAll('http://127.0.0.1:8080/graphql', url)
        .replaceAll('demo-agent', headers['X-ApiKey']);
      writeFileSync(new URL(`example${i}.${language}`, examples), local);
    }
    const config = {
      extends: '../tsconfig.json',
      compilerOptions: { jsx: 'react-jsx', customConditions: [], noEmit: false },
      include: ['.'],
    };
    writeFileSync(new URL('tsconfig.json', examples), JSON.stringify(config));
    expect(run('node_modules/.bin/tsc', '-p', 'examples-of-readme')).toBe('');
    for (const [i, [, language, code]] of blocks.entries()) {
      if (language !== 'ts') continue;
      const output = run('node', `examples-of-readme/example${i}.js`);
      expect(output !== '', `the output of example ${i}`).toBe(code?.includes('console.log'));
    }
  });
});
