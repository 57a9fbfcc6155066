// Replaces <!-- header --> in the pages for developers by their shared header, which marks the
// current page.
import { basename, dirname } from 'node:path';
import type { Plugin } from 'vite';

const links = [
  { page: 'console.html', path: '/', name: 'Console' },
  { page: 'playground.html', path: '/playground', name: 'Playground' },
  { page: 'docs.html', path: '/docs', name: 'REST' },
  { page: 'manual', path: '/docs/graphql', name: 'Manual' },
];

const header = (page: string) => `<header class="page-header">
<a class="page-skip" href="#main">Skip to content</a>
<a class="page-home" href="/"><img src="/src/app/icon.svg" alt="" width="22" height="22"><span>contactgraph</span></a>
<nav aria-label="Pages">
${links.map((l) => `<a href="${l.path}"${l.page === page ? ' aria-current="page"' : ''}>${l.name}</a>`).join('\n')}
</nav>
</header>`;

// The pages of the manual are in a folder.
const pageOf = (file: string) => (basename(dirname(file)) === 'manual' ? 'manual' : basename(file));

/** The Vite plugin. */
export const pageHeader = (): Plugin => ({
  name: 'page-header',
  transformIndexHtml: {
    order: 'pre', // so that Vite processes the icon
    handler: (html, { filename }) => html.replace('<!-- header -->', header(pageOf(filename))),
  },
});
