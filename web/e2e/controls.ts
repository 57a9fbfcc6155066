// How stories of several pages find their controls, by what people see.
import type { Locator, Page } from '@playwright/test';

export function controls(page: Page) {
  return {
    button: (name: string, scope: Page | Locator = page) =>
      scope.getByRole('button', { name, exact: true }),
    field: (name: string, scope: Page | Locator = page) => scope.getByLabel(name, { exact: true }),
    dialog: (name: string, scope: Page = page) => scope.getByRole('dialog', { name }),
    /** The row of a table that has a cell with exactly this text. */
    row: (name: string) =>
      page.getByRole('row').filter({ has: page.getByRole('cell', { name, exact: true }) }),
    /** Follows a link to the page with this heading. */
    open: async (name: string, scope: Page = page) => {
      await scope.getByRole('link', { name, exact: true }).click();
      await scope.getByRole('heading', { level: 1, name }).waitFor();
    },
  };
}
