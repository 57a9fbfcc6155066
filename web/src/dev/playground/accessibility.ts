// GraphiQL calls its tabs what they are not, and its icons by what the build has made of their names.

// A tab can have no button in it, but each of GraphiQL's has one to close it, and no arrow key goes from one to the next. So
// they are told as what they are: a list of buttons, one of which is the current one.
function mendTabs(): void {
  document.querySelector('.graphiql-tabs[role="tablist"]')?.setAttribute('role', 'list');
  for (const tab of document.querySelectorAll('.graphiql-tab:is([role], [aria-selected])')) {
    tab.removeAttribute('role');
    tab.removeAttribute('aria-selected');
  }
  for (const button of document.querySelectorAll<HTMLElement>('.graphiql-tab-button')) {
    const current = button.closest('.graphiql-tab-active') !== null;
    if (current) set(button, 'aria-current', 'true');
    else button.removeAttribute('aria-current');
    if (button.nextElementSibling) set(button.nextElementSibling, 'aria-label', `Close ${button.title}`);
  }
  document.querySelector('#graphiql-session[role="tabpanel"]')?.setAttribute('role', 'group');
}

// What the icons stand in has a name of its own.
function mendIcons(): void {
  for (const title of document.querySelectorAll('svg > title')) {
    if (!title.textContent?.endsWith(' icon')) continue;
    title.parentElement?.setAttribute('aria-hidden', 'true');
    title.textContent = '';
  }
}

function mend(): void {
  mendTabs();
  mendIcons();
  const search = document.querySelector('.graphiql-doc-explorer-search-input input');
  if (search) set(search, 'aria-label', 'Search the schema');
}

/** Sets an attribute that is not so already: what is set is observed. */
function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Says in the whole page what things are, whenever GraphiQL says it otherwise: its dialogs are not within its root. */
export function keepNames(): void {
  new MutationObserver(mend).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['role', 'aria-selected', 'title'],
  });
}
