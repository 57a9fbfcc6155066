/** Copies a text, and reports that or why not. */
export type Copier = (text: () => string, done: string) => Promise<void>;

/** Adds a region to the page that shows for a moment, and has screen readers read out, a report. */
export function copier(): Copier {
  const region = document.createElement('p');
  region.className = 'page-status';
  region.setAttribute('role', 'status');
  document.body.append(region);
  let timer: ReturnType<typeof setTimeout>;
  return async (text, done) => {
    const report = await copied(text, done);
    clearTimeout(timer);
    region.textContent = ''; // so that the same report is read out again
    timer = setTimeout(() => {
      region.textContent = report;
      timer = setTimeout(() => region.replaceChildren(), 4000);
    }, 50);
  };
}

async function copied(text: () => string, done: string): Promise<string> {
  // Over plain HTTP there is no clipboard, and users can deny access to it.
  if (!navigator.clipboard) return 'Not copied: the browser needs HTTPS for this.';
  try {
    await navigator.clipboard.writeText(text());
    return done;
  } catch (error) {
    return `Not copied: ${(error as Error).message}`;
  }
}
