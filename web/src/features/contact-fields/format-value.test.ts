import type { Value } from 'contactgraph-client';
import { describe, expect, it } from 'vitest';
import type { PropertyPartsFragment, PropertyType } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { fieldAt } from './fields';
import { formatValue } from './format-value';

const property = (propertyId: number, type: PropertyType): [number, PropertyPartsFragment] => [
  propertyId,
  {
    id: String(propertyId),
    propertyId,
    name: type,
    apiName: null,
    label: type,
    type,
    multiple: true,
    required: false,
    readOnly: false,
    choices: [],
    boundTo: null,
  },
];
const catalog: Catalog = {
  stores: new Map([[4, 'London']]),
  companies: new Map([[4, 'Example Foods']]),
  segments: new Map([[2, 'Outlet']]),
  properties: new Map([
    property(1, 'INTEGER'),
    property(2, 'NUMBER'),
    property(3, 'DATE'),
    property(4, 'TEXT'),
  ]),
};
const value = (text: string, description: string | null = null) => [{ value: text, description }];

describe('formatted values', () => {
  const cases: [string, Value, string][] = [
    ['firstName', 'Nora', 'Nora'],
    ['firstName', null, '–'],
    ['limitMailsPermanently', true, 'Yes'],
    ['preferredStoreId', 4, 'London'],
    ['companyId', 4, 'Example Foods'],
    ['companyId', 9, '#9'], // a deleted company
    ['password', null, '••••••'],
    ['logins', [{ name: 'nora', type: 'BLANK' }], 'nora'],
    ['logins', [{ name: 'n@example.com', type: 'EMAIL' }], 'n@example.com (Email)'],
    ['externalIds', [{ system: 'crm', value: '4711' }], '4711 (crm)'],
    ['membership', [2, 7], 'Outlet, #7'],
    ['membership', [], '–'],
    ['properties.1', value('1234567'), '1,234,567'],
    ['properties.1', value('9223372036854775807'), '9,223,372,036,854,775,807'],
    ['properties.2', value('1234.5'), '1,234.5'],
    ['properties.2', value('0.10'), '0.10'], // no digit is lost
    ['properties.2', value('1e400'), '1e400'],
    ['properties.3', value('1978-05-14'), 'May 14, 1978'],
    ['properties.3', value('soon'), 'soon'],
    ['properties.4', value('books', 'since 2020'), 'books (since 2020)'],
    ['properties.99', value('x'), 'x'], // a deleted property
  ];
  it.each(cases)('%s %j', (path, given, want) => {
    expect(formatValue(fieldAt(path, catalog), given, catalog)).toBe(want);
  });
});
