import { expect, test } from 'vitest';
import type { PropertyPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { exportAddress, exportColumns } from './export-columns';

const property = { propertyId: 7, name: 'Tags', boundTo: null } as PropertyPartsFragment;
const catalog: Catalog = {
  stores: new Map(),
  companies: new Map(),
  segments: new Map(),
  properties: new Map([[7, property]]),
};

test('the address has the filter, and the columns of a format that has some', () => {
  const columns = ['email', 'properties.7'];
  expect(exportAddress({ format: 'ndjson', columns: [] }, { filter: {} })).toBe(
    '/exports/contacts?format=ndjson',
  );
  const query = new URL(
    exportAddress({ format: 'csv', columns }, { filter: { search: 'a&b', storeId: '4' } }),
    'http://x',
  ).searchParams;
  expect(Object.fromEntries(query)).toEqual({
    format: 'csv',
    filter: '{"search":"a&b","storeId":"4"}',
    columns: 'email,properties.7',
    bom: 'true',
  });
  expect(exportAddress({ format: 'vcard', columns }, { ids: ['7', '466'] })).toBe(
    '/exports/contacts?format=vcard&ids=7%2C466',
  );
});

test('the columns are those that the viewer may read', () => {
  const paths = (isAdmin: boolean, hidden: string[] = []) =>
    exportColumns(catalog, (...all) => !all.some((path) => hidden.includes(path)), isAdmin).map(
      ({ value }) => value,
    );
  expect(paths(true)).toEqual(expect.arrayContaining(['contactId', 'properties.7', 'secret']));
  expect(paths(false)).not.toContain('secret');
  expect(paths(true, ['email', 'properties.7', 'registrationIp'])).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(email|properties\.7|registrationIp)$/)]),
  );
  expect(new Set(paths(true)).size).toBe(paths(true).length);
});
