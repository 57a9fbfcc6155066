import { describe, expect, test } from 'vitest';
import type { FieldAccess, PropertyPartsFragment, ViewerPartsFragment } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { levelsOf, limitedFields, listedRights, summaryOf } from './field-rights';

const property = (propertyId: number, name: string, boundTo: 'LAST_NAME' | null = null) =>
  [propertyId, { propertyId, name, boundTo, type: 'TEXT' } as PropertyPartsFragment] as const;
const catalog: Catalog = {
  stores: new Map(),
  companies: new Map(),
  segments: new Map(),
  properties: new Map([property(2, 'Surname', 'LAST_NAME'), property(7, 'Notes')]),
};
const writablePaths = [
  'email',
  'phone',
  'firstName',
  'lastName',
  'password',
  'properties.2',
  'properties.7',
  'logins',
  'membership',
];
const admin: ViewerPartsFragment = {
  account: 'Demo',
  role: 'ADMIN',
  name: 'Ann',
  contact: null,
  mustSetUpSecondFactor: false,
  mayTransfer: true,
  mayMerge: true,
  secondFactor: null,
  issuer: null,
  readablePaths: ['secret', 'registrationIp', ...writablePaths],
  writablePaths,
};
const fields = limitedFields(admin, catalog);

function role(otherFields: FieldAccess, rights: Record<string, FieldAccess> = {}) {
  const fields = Object.entries(rights).map(([path, access]) => ({ path, access }));
  return { otherFields, fields };
}

test('the fields are those of an admin, in the order of the form, with the levels that there are', () => {
  expect(fields.map(({ label, levels }) => `${label}: ${levels.join(' ')}`)).toEqual([
    'First name: NONE READ WRITE',
    'Last name: NONE READ WRITE',
    'Email: NONE READ WRITE',
    'Phone: NONE READ WRITE',
    'Surname (alias of last name): NONE READ WRITE',
    'Notes: NONE READ WRITE',
    'Logins: NONE READ WRITE',
    'Segments: NONE READ WRITE',
    'Password: NONE WRITE',
    'Secret: NONE READ',
    'Registration IP address: NONE READ',
  ]);
});

test('a field has the level with the effect of its access, or of that to the others', () => {
  const { phone, email, password, secret } = levelsOf(role('WRITE', { email: 'READ' }), fields);
  expect([phone, email, password, secret]).toEqual(['WRITE', 'READ', 'WRITE', 'READ']);
  const read = levelsOf(role('READ'), fields);
  expect([read.phone, read.password, read.secret]).toEqual(['READ', 'NONE', 'READ']);
});

test.each<[FieldAccess, Record<string, FieldAccess>]>([
  ['WRITE', {}],
  ['READ', {}],
  ['NONE', {}],
  ['WRITE', { email: 'NONE', password: 'NONE', secret: 'NONE' }],
  ['NONE', { email: 'WRITE', password: 'WRITE', secret: 'READ', 'properties.7': 'READ' }],
])('only fields that differ from the others are listed: %s %j', (others, rights) => {
  const given = role(others, rights);
  const listed = listedRights(fields, levelsOf(given, fields), others);
  expect(Object.fromEntries(listed.map(({ path, access }) => [path, access]))).toEqual(rights);
});

describe('a summary', () => {
  test.each<[string, FieldAccess, Record<string, FieldAccess>]>([
    ['Reads and writes all fields', 'WRITE', {}],
    ['Reads and writes all fields except Email', 'WRITE', { email: 'NONE' }],
    ['Reads and writes nothing', 'NONE', {}],
    ['Reads and writes Email', 'NONE', { email: 'WRITE' }],
    ['Reads all fields; writes nothing', 'READ', {}],
    ['Reads all fields; writes Email, Phone', 'READ', { phone: 'WRITE', email: 'WRITE' }],
    ['Reads all fields; writes all of them except Password', 'WRITE', { password: 'NONE' }],
    ['Reads all fields except Secret; writes all of them', 'WRITE', { secret: 'NONE' }],
    [
      'Reads all fields except Email; writes all of them except Phone',
      'WRITE',
      { email: 'NONE', phone: 'READ' },
    ],
    [
      'Reads all fields except Email; writes Notes',
      'READ',
      { email: 'NONE', 'properties.7': 'WRITE' },
    ],
    ['Reads First name, Phone; writes Phone', 'NONE', { firstName: 'READ', phone: 'WRITE' }],
    ['Reads nothing; writes Password', 'NONE', { password: 'WRITE' }],
    [
      'Reads all fields; writes First name, Last name, Email, Phone, Surname (alias of last name), 3 more',
      'READ',
      Object.fromEntries(writablePaths.filter((p) => p !== 'logins').map((p) => [p, 'WRITE'])),
    ],
  ])('%s', (summary, others, rights) =>
    expect(summaryOf(role(others, rights), fields)).toBe(summary),
  );
});
