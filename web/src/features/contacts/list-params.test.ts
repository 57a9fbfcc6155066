import { describe, expect, it } from 'vitest';
import {
  filterOf,
  orderOf,
  parseListParams,
  searchedBy,
  sortBy,
  toSearchParams,
  withoutHidden,
} from './list-params';

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

  it('are ignored if they are about what the viewer may not read', () => {
    const params = parse('q=nora&store=4&company=2&segment=3&since=2026-01-02&sort=NAME-DESC');
    const usable = (...hidden: string[]) =>
      withoutHidden(params, (...paths) => !paths.some((path) => hidden.includes(path)));
    expect(usable()).toEqual(params);
    expect(usable('preferredStoreId')).toEqual({ ...params, store: '' });
    expect(usable('companyId')).toEqual({ ...params, company: '' });
    expect(usable('membership')).toEqual({ ...params, segment: '' });
    expect(usable('lastName')).toEqual({ ...params, sort: '' });
    expect(usable('lastName', 'email', 'phone')).toEqual({ ...params, sort: '' });
    expect(usable('lastName', 'email', 'phone', 'companyId')).toEqual({
      ...params,
      q: '',
      company: '',
      sort: '',
    });
    expect(searchedBy((...paths) => !paths.includes('phoneCountryCode'))).toEqual([
      'name',
      'email',
      'company',
    ]);
  });

  it('reverse the direction when the list is sorted by the same field again', () => {
    const byName = sortBy(parse('q=x'), 'NAME');
    expect([orderOf(byName), orderOf(sortBy(byName, 'NAME'))]).toEqual([
      { field: 'NAME', direction: 'ASC' },
      { field: 'NAME', direction: 'DESC' },
    ]);
  });
});
