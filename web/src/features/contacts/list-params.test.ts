import { describe, expect, it } from 'vitest';
import { filterOf, listingOf, orderOf, searchOf, sortedBy } from './list-params';

const listing = (search: string) => listingOf(new URLSearchParams(search));

describe('a listing', () => {
  it('is what its address says', () => {
    const address = 'q=nora&store=4&since=2026-01-02&sort=NAME-DESC';
    expect(searchOf(listing(address)).toString()).toBe(address);
    expect(filterOf(listing(address))).toEqual({
      search: 'nora',
      storeId: '4',
      modifiedSince: new Date(2026, 0, 2).toISOString(), // the browser's day
    });
    expect(orderOf(listing(address))).toEqual({ field: 'NAME', direction: 'DESC' });
  });

  it('takes no harm from an address that somebody has made up', () => {
    expect(filterOf(listing('q=%20&since=yesterday&sort=secret-UP&other=1'))).toEqual({});
    expect(orderOf(listing('sort=secret-UP'))).toEqual({ field: 'ID', direction: 'ASC' });
  });

  it('turns round when it is sorted again', () => {
    const once = sortedBy(listing('q=x'), 'NAME');
    expect([orderOf(once), orderOf(sortedBy(once, 'NAME'))]).toEqual([
      { field: 'NAME', direction: 'ASC' },
      { field: 'NAME', direction: 'DESC' },
    ]);
  });
});
