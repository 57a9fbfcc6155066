import type { Locator, Page } from '@playwright/test';

/** A row of the list that is in the page. */
export interface Row {
  /** Its place in the list, from 0. */
  index: number;
  id: number;
  name: string;
  /** Its distance from the top of the window, in pixels. */
  top: number;
}

/** What was seen while scrolling through the list. Times are in milliseconds. */
export interface Scrolling {
  /** The contacts by their places, in order. */
  seen: [index: number, id: number][];
  /** Places at which two contacts were seen. */
  twice: [index: number, first: number, second: number][];
  /** The most rows that were in the page at once. */
  mostRows: number;
  duration: number;
  /** Between the frames. */
  frames: number[];
  /** Of the tasks that delayed a frame. */
  longTasks: number[];
}

/** The page with the list of contacts. */
export class ContactListPage {
  readonly search: Locator;

  constructor(readonly page: Page) {
    this.search = page.getByRole('searchbox', { name: 'Search' });
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  column(name: string): Locator {
    return this.page.getByRole('columnheader', { name });
  }

  /** The link to a contact. */
  contact(id: number): Locator {
    return this.page.locator(`a[href="/contacts/${id}"]`);
  }

  /** Chooses an option of a filter. */
  async choose(filter: string, option: string): Promise<void> {
    await this.page.getByRole('combobox', { name: filter }).click();
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  /** Sorts by a column, or the other way round if it is sorted by it. */
  async sortBy(column: string): Promise<void> {
    await this.column(column).getByRole('button').click();
  }

  /** The parameters in the address of the page. */
  parameters(): Record<string, string> {
    return Object.fromEntries(new URL(this.page.url()).searchParams);
  }

  /** The rows in the page, in order: those in sight, and some above and below. */
  rows(): Promise<Row[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('[role=rowgroup] [role=row]')]
        .map((row) => ({
          index: Number(row.ariaRowIndex) - 2,
          id: Number(row.children[0]?.textContent),
          name: row.children[1]?.textContent ?? '',
          top: Math.round(row.getBoundingClientRect().top),
        }))
        .sort((a, b) => a.index - b.index),
    );
  }

  /** The rows in sight. */
  async rowsInSight(): Promise<Row[]> {
    const height = await this.page.evaluate(() => innerHeight);
    return (await this.rows()).filter(({ top }) => top > 110 && top < height);
  }

  scrollPosition(): Promise<number> {
    return this.page.evaluate(() => scrollY);
  }

  /** Scrolls down quickly, five rows in each frame, until it has seen so many rows. */
  scrollThrough(rows: number): Promise<Scrolling> {
    return this.page.evaluate(async (rows) => {
      const seen = new Map<number, number>();
      const twice: [number, number, number][] = [];
      const frames: number[] = [];
      const longTasks: number[] = [];
      const observer = new PerformanceObserver((list) => {
        longTasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)));
      });
      observer.observe({ type: 'longtask' });
      const begin = performance.now();
      let before = begin;
      let mostRows = 0;
      while (seen.size < rows) {
        const now = await new Promise(requestAnimationFrame);
        if (now - begin > 120_000) throw new Error(`only ${seen.size} rows after two minutes`);
        frames.push(Math.round(now - before));
        before = now;
        const all = document.querySelectorAll('[role=rowgroup] [role=row]');
        mostRows = Math.max(mostRows, all.length);
        for (const row of all) {
          const [index, id] = [Number(row.ariaRowIndex) - 2, Number(row.firstChild?.textContent)];
          const other = seen.get(index);
          if (other !== undefined && other !== id) twice.push([index, other, id]);
          seen.set(index, id);
        }
        scrollBy(0, 240);
      }
      observer.disconnect();
      const duration = Math.round(performance.now() - begin);
      return {
        seen: [...seen].sort(([a], [b]) => a - b),
        twice,
        mostRows,
        duration,
        frames: frames.slice(1),
        longTasks,
      };
    }, rows);
  }
}
