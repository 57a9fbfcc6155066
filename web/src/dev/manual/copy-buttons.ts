import { copier } from '../copy';

/** Adds a button to each block of code that copies it. */
export function addCopyButtons(): void {
  const copy = copier();
  for (const code of document.querySelectorAll<HTMLElement>('pre')) {
    const block = document.createElement('div');
    block.className = 'manual-code';
    code.replaceWith(block);
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', () => copy(() => code.innerText, 'Copied.'));
    block.append(code, button);
  }
}
