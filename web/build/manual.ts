// Renders the Markdown documents for users of the API as the pages of the manual, at build time: no
// page needs a renderer, and what a page shows is part of the checksums of the build. The list of
// the pages, in docs/README.md, is also the navigation of the manual.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import hljs from 'highlight.js/lib/common';
import MarkdownIt, { type Token } from 'markdown-it';
import { tables } from './manual-tables.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const index = 'docs/README.md';

/** A document of the manual. */
export interface Page {
  /** The last part of its path: /docs/name. */
  name: string;
  /** The file in the repository. */
  file: string;
  /** What the navigation calls it. */
  label: string;
}

/** A group of the navigation. */
export interface Group {
  title: string;
  pages: Page[];
}

/** A rendered page. */
export interface Rendered {
  title: string;
  /** The headings of the second level. */
  sections: { id: string; title: string }[];
  html: string;
}

/** Reads a file of the repository. */
export const read = (file: string) => readFileSync(join(repository, file), 'utf8');

// html is off: the documents cannot inject any.
const markdown = () => new MarkdownIt({ html: false });

/** The navigation: the lists of links below "## Manual" in the index of the documents. */
export const groups: Group[] = navigation();

/** All pages. */
export const pages: Page[] = groups.flatMap((group) => group.pages);

function navigation(): Group[] {
  const [, section = ''] = read(index).split('\n## Manual\n');
  const [lists = ''] = section.split('\n## ');
  return lists
    .split('\n### ')
    .slice(1)
    .map((group) => ({
      title: group.split('\n', 1)[0] ?? '',
      pages: [...group.matchAll(/^- \[(.+?)\]\((.+?)\)/gms)].map(([, label = '', target = '']) => {
        const file = join(dirname(index), target);
        return { name: nameOf(file), file, label: label.replaceAll(/\s+/g, ' ') };
      }),
    }));
}

// A README has the name of its folder.
function nameOf(file: string): string {
  const name = basename(file, '.md');
  return name === 'README' ? basename(dirname(file)) : name;
}

/** Renders a page. */
export const render = (page: Page): Rendered => renderText(read(page.file), page.file);

/**
 * Renders a text as the page of a file. It throws for a link or a table that does not exist.
 */
export function renderText(text: string, file: string): Rendered {
  const md = markdown();
  const tokens = md.parse(text, {});
  const sections = addHeadings(tokens);
  resolveLinks(tokens, file);
  const { rules } = md.renderer;
  rules.fence = (all, i) => codeBlock(all[i]?.content ?? '', all[i]?.info ?? '');
  rules.th_open = () => '<th scope="col">';
  rules.table_open = (all, i) =>
    `<div class="manual-table" role="region" aria-labelledby="${sectionOf(all, i)}" tabindex="0"><table>`;
  rules.table_close = () => '</table></div>';
  const title = tokens[1]?.content;
  if (!title || tokens[0]?.tag !== 'h1') throw new Error(`${file} does not begin with a title`);
  return { title, sections, html: asTemplate(md.renderer.render(tokens, md.options, {})) };
}

/** The ids of the headings of a document, as GitHub has them. */
export function headingIds(file: string): string[] {
  const tokens = markdown().parse(read(file), {});
  addHeadings(tokens);
  return tokens.map((token) => attribute(token, 'id')).filter(Boolean);
}

/** Gives each heading an id and, below the title, a link to itself. Returns the sections. */
function addHeadings(tokens: Token[]): Rendered['sections'] {
  const slugger = new GithubSlugger();
  const sections: Rendered['sections'] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const inline = tokens[i + 1];
    const title = inline?.children?.map(({ content }) => content).join('') ?? '';
    const id = slugger.slug(title);
    token.attrSet('id', id);
    if (token.tag === 'h2') sections.push({ id, title });
    if (token.tag === 'h1' || !inline?.children) continue;
    const open = newToken(inline, 'link_open', 'a', 1);
    open.attrSet('href', `#${id}`);
    inline.children.unshift(open);
    inline.children.push(newToken(inline, 'link_close', 'a', -1));
  }
  return sections;
}

const attribute = (token: Token, name: string) => `${token.attrGet(name) ?? ''}`;

function newToken(like: Token, type: string, tag: string, nesting: Token['nesting']): Token {
  return new (like.constructor as typeof Token)(type, tag, nesting);
}

/** The id of the heading above a token. */
function sectionOf(tokens: Token[], i: number): string {
  const heading = tokens.slice(0, i).findLast(({ type }) => type === 'heading_open');
  return heading ? attribute(heading, 'id') : '';
}

/**
 * Lets links to documents lead to their pages. What is not in the manual is only named: its file in
 * the repository follows the text.
 */
function resolveLinks(tokens: Token[], from: string): void {
  for (const { children } of tokens) {
    for (const [i, token] of children?.entries() ?? []) {
      if (token.type !== 'link_open') continue;
      const href = attribute(token, 'href');
      if (/^https?:/.test(href)) continue;
      const [path = '', fragment] = href.split('#');
      const file = path ? relative(repository, join(repository, dirname(from), path)) : from;
      if (!existsSync(join(repository, file))) throw new Error(`${from} links to ${href}`);
      if (fragment && !headingIds(file).includes(fragment))
        throw new Error(`${from} links to ${href}, which has no such heading`);
      const page = pages.find((p) => p.file === file);
      if (page)
        token.attrSet('href', `${path && `/docs/${page.name}`}${fragment ? `#${fragment}` : ''}`);
      else nameFile(children ?? [], i, file);
    }
  }
}

/** Replaces a link by its text and the name of the file. */
function nameFile(children: Token[], start: number, file: string): void {
  const end = children.findIndex(({ type }, i) => i > start && type === 'link_close');
  const [first] = children;
  if (!first) return;
  const text = (content: string) => Object.assign(newToken(first, 'text', '', 0), { content });
  const code = Object.assign(newToken(first, 'code_inline', 'code', 0), { content: file });
  const shown = children.slice(start + 1, end);
  const named = shown.map(({ content }) => content).join('');
  const parts = file.endsWith(named) ? [code] : [...shown, text(' ('), code, text(')')];
  children.splice(start, end - start + 1, ...parts);
}

// What the names of languages in the documents mean. Other blocks are shown as they are.
const languages: Record<string, string> = {
  sh: 'bash',
  js: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  json: 'json',
  jsonc: 'json',
  graphql: 'graphql',
  go: 'go',
  yaml: 'yaml',
  html: 'xml',
};

/**
 * Renders a block of code in colors. The examples use the address and the keys of the demo server:
 * the page shows the address of its own server, and a placeholder if that has no demo data.
 */
function codeBlock(code: string, info: string): string {
  const language = languages[info];
  const marked = code.trimEnd().replaceAll(/(X-ApiKey['"]?: ?['"]?)demo-(\w+)/g, '$1demoKeyOf$2');
  const html = language
    ? hljs.highlight(marked, { language }).value
    : markdown().utils.escapeHtml(marked);
  const address = 'http://127.0.0.1:8080';
  const local = html.replaceAll(address, `<span class="origin">${address}</span>`);
  return `<pre tabindex="0"><code>${local}</code></pre>\n`;
}

/**
 * Returns the text of a page as a template that the server executes, with the keys of the demo data
 * and the tables that it fills in for comments such as <!-- limits -->.
 */
function asTemplate(html: string): string {
  return html
    .replaceAll('{{', '&#123;&#123;')
    .replaceAll(/demoKeyOf(\w+)/g, '{{if .Settings.Demo}}demo-$1{{else}}YOUR-KEY{{end}}')
    .replaceAll(/<p>&lt;!-- (\w+) --&gt;<\/p>/g, (_, name) => {
      const table = tables[name];
      if (!table) throw new Error(`there is no table ${name}`);
      return table;
    });
}
