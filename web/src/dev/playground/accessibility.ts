// GraphiQL gives its tabs the wrong roles, and its icons names that the build has changed.

// An element with the role tab must not contain a button, but GraphiQL's tabs contain one that
// closes them, and the arrow keys do not move between them. So they become a list of buttons with a
// current one.
function fixTabs(): void {
  document.querySelector('.graphiql-tabs[role="tablist"]')?.setAttribute('role', 'list');
  for (const tab of document.querySelectorAll('.graphiql-tab:is([role], [aria-selected])')) {
    tab.removeAttribute('role');
    tab.removeAttribute('aria-selected');
  }
  for (const button of document.querySelectorAll<HTMLElement>('.graphiql-tab-button')) {
    const current = button.closest('.graphiql-tab-active') !== null;
    if (current) setAttribute(button, 'aria-current', 'true');
    else button.removeAttribute('aria-current');
    if (button.nextElementSibling)
      setAttribute(button.nextElementSibling, 'aria-label', `Close ${button.title}`);
  }
  document.querySelector('#graphiql-session[role="tabpanel"]')?.setAttribute('role', 'group');
}

// The buttons around the icons have names of their own.
function hideIcons(): void {
  for (const title of document.querySelectorAll('svg > title')) {
    if (!title.textContent?.endsWith(' icon')) continue;
    title.parentElement?.setAttribute('aria-hidden', 'true');
    title.textContent = '';
  }
}

function fix(): void {
  fixTabs();
  hideIcons();
  const search = document.querySelector('.graphiql-doc-explorer-search-input input');
  if (search) setAttribute(search, 'aria-label', 'Search the schema');
}

/** Sets an attribute only if it differs: each change triggers the observer. */
function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Fixes the whole page whenever GraphiQL changes it: its dialogs are outside its root. */
export function fixAccessibility(): void {
  new MutationObserver(fix).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['role', 'aria-selected', 'title'],
  });
}
