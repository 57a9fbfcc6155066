import { describe, expect, it } from 'vitest';
import { filterOf, orderOf, parseListParams, sortBy, toSearchParams } from './list-params';

const parse = (search: string) => parseListParams(new URLSearchParams(search));

describe('list parameters', () => {
  it('are read from the URL and written to it', () => {
    const search = 'q=nora&store=4&since=2026-01-02&sort=NAME-DESC';
    expect(toSearchParams(parse(search)).toString()).toBe(search);
    expect(filterOf(parse(search))).toEqual({
      search: 'nora',
      storeId: '4',
      modifiedSince: new Date(2026, 0, 2).toISOString(), // midnight in the browser's time zone
    });
    expect(orderOf(parse(search))).toEqual({ field: 'NAME', direction: 'DESC' });
  });

  it('are ignored if they are invalid', () => {
    expect(filterOf(parse('q=%20&since=yesterday&sort=secret-UP&other=1'))).toEqual({});
    expect(orderOf(parse('sort=secret-UP'))).toEqual({ field: 'ID', direction: 'ASC' });
  });

  it('reverse the direction when the list is sorted by the same field again', () => {
    const byName = sortBy(parse('q=x'), 'NAME');
    expect([orderOf(byName), orderOf(sortBy(byName, 'NAME'))]).toEqual([
      { field: 'NAME', direction: 'ASC' },
      { field: 'NAME', direction: 'DESC' },
    ]);
  });
});
