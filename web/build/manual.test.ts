import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../src/dev/schema.testing';
import { groups, pages, read, render, renderText } from './manual';

const rendered = new Map(pages.map((page) => [page.name, render(page)]));

describe('the manual', () => {
  it('has every page once', () => {
    expect(groups.length).toBeGreaterThan(2);
    expect(new Set(pages.map(({ name }) => name)).size).toBe(pages.length);
    expect(pages.length).toBeGreaterThan(10);
  });

  it.each(pages)('has links on $name that lead to headings and pages', ({ name }) => {
    const { html } = rendered.get(name) ?? { html: '' };
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      if (link.startsWith('https://')) continue;
      const [, target = '', fragment] = /^(?:\/docs\/([\w-]+))?(?:#(.+))?$/.exec(link) ?? [];
      const page = rendered.get(target || name);
      expect(page, link).toBeDefined();
      if (fragment) expect(page?.html, link).toContain(`id="${fragment}"`);
    }
  });

  it.each(pages)('has examples on $name that are valid GraphQL', ({ file }) => {
    const text = read(file);
    const curls = [...text.matchAll(/"query":\s*("(?:[^"\\]|\\.)*")/g)].map(
      ([, query = '']) => query,
    );
    const documents = [
      ...curls.filter((query) => !query.includes(`"'`)).map((query) => JSON.parse(query) as string),
      ...[...text.matchAll(/^```graphql\n(.*?)^```/gms)].map(([, code = '']) => code),
    ].filter((document) => /^(query|mutation|subscription|\{)/.test(document));
    for (const document of documents) {
      const errors = validate(schema, parse(document)).map(({ message }) => message);
      const expected = /"surname"|fragment "Name"|"@connection"/; // an error, a part, and Relay's own
      expect(errors.filter((message) => !expected.test(message))).toEqual([]);
    }
  });
});

const html = (text: string) => renderText(`# Title\n\n${text}`, 'docs/feed.md').html;

describe('a page', () => {
  it.each([
    '<script>alert(1)</script>',
    'a <img src=x onerror=alert(1)> b',
    '[x](javascript:alert)',
    '```html\n<script>alert(1)</script>\n```',
  ])('cannot inject HTML: %s', (text) => {
    const injected = () => expect(html(text)).not.toMatch(/<script|<img|href="javascript/);
    if (text.includes('javascript:')) expect(html(text)).toContain('[x](javascript:alert)');
    injected();
  });

  it('cannot inject actions of templates', () => {
    expect(
      html('`{{.Settings}}` {{.Settings}}\n\n```tsx\n<p style={{ top: 0 }} />\n```'),
    ).not.toContain('{{');
  });

  it('has a placeholder for the key, and the address of its server', () => {
    const code = html("```sh\ncurl http://127.0.0.1:8080/x -H 'X-ApiKey: demo-agent'\n```");
    expect(code).toContain('X-ApiKey: {{if .Settings.Demo}}demo-agent{{else}}YOUR-KEY{{end}}');
    expect(code).toContain('<span class="origin">http://127.0.0.1:8080</span>/x');
  });

  it('names files that are not in the manual', () => {
    expect(html('See [operating](operating.md#roles).')).toContain(
      'See operating (<code>docs/operating.md</code>).',
    );
    expect(html('[CHANGELOG.md](../CHANGELOG.md)')).toContain('<p><code>CHANGELOG.md</code></p>');
  });

  it.each(['[x](nowhere.md)', '[x](errors.md#nowhere)', '[x](#nowhere)', '<!-- nowhere -->'])(
    'is not built with %s',
    (text) => expect(() => html(text)).toThrow(/nowhere/),
  );
});
