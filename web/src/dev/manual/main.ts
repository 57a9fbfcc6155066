import { addCopyButtons } from './copy-buttons';

// Shows this server's URL in the examples.
for (const element of document.querySelectorAll('.origin')) element.textContent = location.origin;

// The list of pages is open next to the text, and closed above it.
const menu = document.querySelector<HTMLDetailsElement>('.manual-contents details');
const wide = matchMedia('(min-width: 60em)');
const toggle = () => menu?.toggleAttribute('open', wide.matches);
wide.addEventListener('change', toggle);
toggle();

addCopyButtons();
