import { expect, test } from 'vitest';
import { countOf, isSelected, nothing, targetOf, toggle, toggleRows } from './selection';

const rows = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
const everything = { ...nothing, all: true };
const ids = (selection: typeof nothing) => [...selection.ids].sort().join('');

test('a row is selected and deselected', () => {
  const one = toggle(nothing, rows, 1, false);
  expect(ids(one)).toBe('b');
  expect(ids(toggle(one, rows, 3, false))).toBe('bd');
  expect(ids(toggle(one, rows, 1, false))).toBe('');
  expect(toggle(one, rows, 9, false)).toBe(one);
});

test('a range gets what its last row gets, in both directions', () => {
  const one = toggle(nothing, rows, 1, false);
  const range = toggle(one, rows, 3, true);
  expect(ids(range)).toBe('bcd');
  expect(ids(toggle(range, rows, 2, true))).toBe('b'); // from d back to c
  expect(ids(toggle(one, rows, 0, true))).toBe('ab');
  expect(ids(toggle(nothing, rows, 2, true))).toBe('c'); // nothing before it
});

test('all of the list, and all but one', () => {
  expect(ids(toggleRows(nothing, rows))).toBe('abcde');
  expect(toggleRows(toggleRows(nothing, rows), rows)).toBe(nothing);
  expect(toggleRows(everything, rows)).toBe(nothing);
  expect(isSelected(everything, { id: 'z' })).toBe(true);
  expect(ids(toggle(everything, rows, 1, false))).toBe('acde');
});

test('a job is about the filter or the ids', () => {
  const two = toggle(toggle(nothing, rows, 0, false), rows, 4, false);
  expect(targetOf(two, { search: 'x' })).toEqual({ ids: ['a', 'e'] });
  expect(targetOf(everything, { search: 'x' })).toEqual({ filter: { search: 'x' } });
  expect([countOf(two, 518), countOf(everything, 518)]).toEqual([2, 518]);
});
