// The Vite plugin that adds the pages of the manual to the build: each is manual.html with the
// navigation and the rendered document.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { groups, type Page, pages, type Rendered, render } from './manual.ts';

const root = join(import.meta.dirname, '..');
const layout = join(root, 'manual.html');
const pathOf = ({ name }: Page) => join(root, 'manual', `${name}.html`);

/** The HTML pages that the build creates. */
export const manualPages = pages.map(pathOf);

/** The Vite plugin. */
export const manual = (): Plugin => ({
  name: 'manual',
  resolveId: { order: 'pre', handler: (id) => (manualPages.includes(id) ? id : null) },
  load: {
    order: 'pre',
    handler(id) {
      const page = pages.find((p) => pathOf(p) === id);
      if (!page) return null;
      const rendered = render(page);
      const parts: Record<string, string> = {
        title: rendered.title,
        navigation: navigation(page, rendered),
        content: rendered.html,
      };
      return readFileSync(layout, 'utf8').replaceAll(
        /<!-- (\w+) -->/g,
        (comment, name) => parts[name] ?? comment,
      );
    },
  },
});

function navigation(current: Page, { sections }: Rendered): string {
  const link = (page: Page) =>
    page === current
      ? `<a href="/docs/${page.name}" aria-current="page">${page.label}</a>${contents(sections)}`
      : `<a href="/docs/${page.name}">${page.label}</a>`;
  return groups
    .map(
      ({ title, pages }) =>
        `<p class="manual-group">${title}</p>\n<ul>\n${pages.map((page) => `<li>${link(page)}</li>`).join('\n')}\n</ul>`,
    )
    .join('\n');
}

const contents = (sections: Rendered['sections']) =>
  sections.length > 1
    ? `\n<ul class="manual-sections">\n${sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join('\n')}\n</ul>\n`
    : '';
