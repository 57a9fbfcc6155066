import { expect, type Locator, type Page } from '@playwright/test';
import type { Api } from './api';

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

export interface Order {
  field: string;
  direction: 'ASC' | 'DESC';
}

export const byNumber: Order = { field: 'ID', direction: 'ASC' };

export type Filter = Record<string, unknown>;

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

  /**
   * Waits until the page lists what the server does, from the first row on, and how many there are.
   */
  async expectListed(api: Api, filter: Filter, orderBy = byNumber): Promise<void> {
    await expect(async () => {
      const { ids, total } = await listed(api, filter, orderBy, 20);
      const rows = (await this.rows()).slice(0, 20);
      expect(rows.map(({ index, id }) => [index, id])).toEqual(ids.map((id, index) => [index, id]));
      expect(await this.page.getByRole('status').textContent({ timeout: 1000 })).toBe(
        countText(total),
      );
      // Both the page and the server are slower while they are asked.
    }).toPass({ intervals: [50, 100, 200, 400], timeout: 60_000 });
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
          id: Number(row.querySelector('a')?.pathname.split('/').pop()),
          name: row.querySelector('a')?.textContent ?? '',
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
        if (now - begin > 300_000) throw new Error(`only ${seen.size} rows after five minutes`);
        frames.push(Math.round(now - before));
        before = now;
        const all = document.querySelectorAll('[role=rowgroup] [role=row]');
        mostRows = Math.max(mostRows, all.length);
        for (const row of all) {
          const index = Number(row.ariaRowIndex) - 2;
          const id = Number(row.querySelector('a')?.pathname.split('/').pop());
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

interface ListPage {
  contacts: {
    nodes: { contactId: number }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount?: number;
  };
}

function countText(n: number | undefined): string {
  return n === 1 ? '1 contact' : `${n?.toLocaleString('en-GB')} contacts`;
}

/**
 * Reads the first ids of the list that the server has, and how many there are unless that is asked
 * for in several pages.
 */
export async function listed(
  api: Api,
  filter: Filter,
  orderBy: Order,
  most: number,
): Promise<{ ids: number[]; total?: number | undefined }> {
  const document = `query ($first: Int!, $after: String, $filter: ContactFilter, $orderBy: ContactOrder) {
    contacts(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes { contactId } pageInfo { hasNextPage endCursor } totalCount @include(if: ${most <= 100}) } }`;
  const ids: number[] = [];
  for (let after: string | null = null; ; ) {
    const variables: Record<string, unknown> = {
      first: Math.min(100, most - ids.length),
      after,
      filter,
      orderBy,
    };
    const { nodes, pageInfo, totalCount }: ListPage['contacts'] = (
      await api.query<ListPage>(document, variables)
    ).contacts;
    ids.push(...nodes.map((n) => n.contactId));
    if (ids.length >= most || !pageInfo.hasNextPage) return { ids, total: totalCount };
    after = pageInfo.endCursor;
  }
}
