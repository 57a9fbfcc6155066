import { expect, test } from 'vitest';
import type { ContactsQuery } from '../../gql';
import { addPage, type Contacts } from './use-contacts';

const page = (id: number, endCursor?: string) =>
  ({
    nodes: [{ contactId: id }],
    pageInfo: { hasNextPage: endCursor !== undefined, endCursor: endCursor ?? null },
  }) as ContactsQuery['contacts'];
const none: Contacts = { key: null, rows: [], loading: true };
const ids = ({ rows }: Contacts) => rows.map(({ contactId }) => contactId);

test('a page is added once, after the page before it', () => {
  const first = addPage('q=a', undefined, page(1, 'one'))(none);
  const second = addPage('q=a', 'one', page(2, 'two'))(first);
  expect(ids(second)).toEqual([1, 2]);
  const again = addPage('q=a', 'one', page(2, 'two'))({ ...second, loading: true });
  expect(again).toEqual({ ...second, loading: false });
  expect(ids(addPage('q=a', 'two', page(3))(again))).toEqual([1, 2, 3]);
});

test('a page of another list is ignored, and the first page replaces it', () => {
  const other = addPage('q=b', undefined, page(7, 'one'))(none);
  expect(ids(addPage('q=a', 'one', page(2))(other))).toEqual([7]);
  expect(ids(addPage('q=a', undefined, page(1))(other))).toEqual([1]);
});
