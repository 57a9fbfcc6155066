import { expect, test } from 'vitest';
import type { ContactPartsFragment, PropertyPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { mergeRows } from './merge-rows';

const property = (propertyId: number, multiple: boolean) =>
  ({ propertyId, name: `P${propertyId}`, boundTo: null, multiple }) as PropertyPartsFragment;
const catalog: Catalog = {
  stores: new Map(),
  companies: new Map(),
  segments: new Map(),
  properties: new Map([
    [1, property(1, false)],
    [2, property(2, true)],
  ]),
};

function contact(values: Partial<ContactPartsFragment>): ContactPartsFragment {
  return {
    id: 'x',
    contactId: 1,
    version: 'v',
    lastModified: '',
    email: null,
    phoneCountryCode: null,
    phone: null,
    firstName: null,
    lastName: null,
    limitMailsPermanently: false,
    limitMailsTemporarilyUntil: null,
    preferredStore: null,
    company: null,
    latestPermissionSource: null,
    properties: [],
    logins: [],
    externalIds: [],
    segments: [],
    ...values,
  };
}

const values = (propertyId: number, value: string) =>
  ({
    id: 'p',
    property: { id: 'q', propertyId },
    values: [{ value, description: null }],
  }) as ContactPartsFragment['properties'][number];

const rows = (first: Partial<ContactPartsFragment>, second: Partial<ContactPartsFragment>) =>
  mergeRows([contact(first), contact(second)], catalog, () => true);

test('only fields that differ are shown, and lists are joined', () => {
  const shown = rows(
    { firstName: 'Nora', email: 'a@example.com', properties: [values(1, 'a'), values(2, 'a')] },
    { firstName: 'Nora', email: 'b@example.com', properties: [values(1, 'b'), values(2, 'b')] },
  );
  expect(shown.map(({ field, joined }) => [field.path, joined])).toEqual([
    ['email', false],
    ['properties.1', false],
    ['properties.2', true],
  ]);
  expect(rows({ firstName: '' }, { firstName: null })).toEqual([]);
});

test('a phone number has its country code', () => {
  const [row, ...others] = rows(
    { phone: '70 1', phoneCountryCode: '46' },
    { phone: '70 1', phoneCountryCode: '+47' },
  );
  expect(others).toEqual([]);
  expect([row?.field.path, row?.values]).toEqual(['phone', ['+46 70 1', '+47 70 1']]);
});

test('the value of the contact that stays is taken, or the only one', () => {
  const [email] = rows({ email: 'a@example.com' }, { email: 'b@example.com' });
  expect([email?.preferred(0), email?.preferred(1)]).toEqual([0, 1]);
  const [only] = rows({}, { email: 'b@example.com' });
  expect([only?.preferred(0), only?.preferred(1)]).toEqual([1, 1]);
});

test('the stricter opt-out is taken', () => {
  const [never] = rows({ limitMailsPermanently: true }, {});
  expect([never?.preferred(0), never?.preferred(1)]).toEqual([0, 0]);
  const [until] = rows(
    { limitMailsTemporarilyUntil: '2026-01-01T00:00:00Z' },
    { limitMailsTemporarilyUntil: '2027-01-01T00:00:00Z' },
  );
  expect([until?.preferred(0), until?.preferred(1)]).toEqual([1, 1]);
});
