// swagger-ui leaves some of what it shows without a name for those who cannot see it, and what scrolls out of the keyboard's reach.

const names: Record<string, string> = {
  '#servers': 'Server',
  '.content-type': 'Content type',
  '.examples-select-element': 'Example',
  '.close-modal': 'Close',
  '.body-param__text': 'Request body',
};

function mend(root: HTMLElement): void {
  for (const [selector, name] of Object.entries(names))
    for (const element of root.querySelectorAll(`${selector}:not([aria-label])`)) element.setAttribute('aria-label', name);
  for (const row of root.querySelectorAll<HTMLElement>('[data-param-name]'))
    row.querySelector('select:not([aria-label])')?.setAttribute('aria-label', row.dataset.paramName ?? '');
  for (const button of root.querySelectorAll('.auth-btn-wrapper [aria-label]')) button.removeAttribute('aria-label'); // it has a text
  for (const text of root.querySelectorAll('pre:not([tabindex])')) text.setAttribute('tabindex', '0');
}

/** Gives names to all that swagger-ui puts into root, whenever it does. */
export function keepNames(root: HTMLElement): void {
  new MutationObserver(() => mend(root)).observe(root, { childList: true, subtree: true });
}
