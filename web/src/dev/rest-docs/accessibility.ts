// Swagger UI leaves some controls without an accessible name, and scrollable text out of the
// keyboard's reach.

const labels: Record<string, string> = {
  '#servers': 'Server',
  '.content-type': 'Content type',
  '.examples-select-element': 'Example',
  '.close-modal': 'Close',
  '.body-param__text': 'Request body',
};

function fix(root: HTMLElement): void {
  for (const [selector, label] of Object.entries(labels))
    for (const element of root.querySelectorAll(`${selector}:not([aria-label])`))
      element.setAttribute('aria-label', label);
  for (const row of root.querySelectorAll<HTMLElement>('[data-param-name]'))
    row
      .querySelector('select:not([aria-label])')
      ?.setAttribute('aria-label', row.dataset.paramName ?? '');
  for (const button of root.querySelectorAll('.auth-btn-wrapper [aria-label]'))
    button.removeAttribute('aria-label'); // it has text
  for (const text of root.querySelectorAll('pre:not([tabindex])'))
    text.setAttribute('tabindex', '0');
}

/** Fixes the elements in root, and those that Swagger UI adds later. */
export function fixAccessibility(root: HTMLElement): void {
  new MutationObserver(() => fix(root)).observe(root, { childList: true, subtree: true });
}
