import { expect, test } from 'vitest';
import type { ChangeKind, PropertyPartsFragment, ViewerRole } from '../../gql';
import type { Catalog } from '../../lib/catalog';
import { fieldPaths, registrationPaths } from './fields';
import { namePaths, rightsOf } from './rights';

const catalog: Catalog = {
  stores: new Map(),
  companies: new Map(),
  segments: new Map(),
  properties: new Map([[7, {} as PropertyPartsFragment]]),
};
const writable = [...fieldPaths, 'password', 'properties.7'];
const all = [...writable, ...registrationPaths];

/** The rights of a viewer that may do everything, but not read or write these paths. */
function rights(hidden: string[] = [], readOnly: string[] = [], role: ViewerRole = 'AGENT') {
  const limited = new Set([...hidden, ...readOnly]);
  return rightsOf(
    {
      account: 'Demo',
      role,
      name: 'Ann',
      contact: null,
      mustSetUpSecondFactor: false,
      mayTransfer: true,
      mayMerge: true,
      secondFactor: null,
      issuer: null,
      readablePaths: all.filter((path) => !hidden.includes(path)),
      writablePaths: writable.filter((path) => !limited.has(path)),
    },
    catalog,
  );
}

const change = (kind: ChangeKind, ...paths: string[]) => ({
  kind,
  fields: paths.map((path) => ({ path, old: null, new: null })),
});

test('several paths are readable only if each of them is', () => {
  expect(rights().mayRead(...namePaths)).toBe(true);
  expect(rights(['lastName']).mayRead(...namePaths)).toBe(false);
  expect(rights(['lastName']).mayRead('firstName')).toBe(true);
});

test('what may only be read is not writable', () => {
  expect(rights([], ['phone']).mayRead('phone')).toBe(true);
  expect(rights([], ['phone']).mayWrite('phone')).toBe(false);
});

test('contacts are created by staff who may write something', () => {
  expect(rights().mayCreate).toBe(true);
  expect(rights([], writable.slice(1)).mayCreate).toBe(true);
  expect(rights([], writable).mayCreate).toBe(false);
  expect(rights([], [], 'CUSTOMER').mayCreate).toBe(false);
});

test('contacts are deleted and restored by staff who may write everything', () => {
  expect(rights().mayRemove).toBe(true);
  expect(rights([], [], 'ADMIN').mayRemove).toBe(true);
  expect(rights([], [], 'CUSTOMER').mayRemove).toBe(false);
  expect(all.filter((path) => rights([path]).mayRemove)).toEqual([]);
  expect(writable.filter((path) => rights([], [path]).mayRemove)).toEqual([]);
});

test('a change can be undone if all of its fields may be written', () => {
  expect(rights().mayUndo(change('UPDATE', 'email', 'phone'))).toBe(true);
  expect(rights([], ['phone']).mayUndo(change('UPDATE', 'email', 'phone'))).toBe(false);
  expect(rights([], ['phone']).mayUndo(change('UPDATE', 'email'))).toBe(true);
  expect(rights([], ['logins']).mayUndo(change('DETAILS', 'logins'))).toBe(false);
  expect(rights().mayUndo(change('UPDATE', 'password'))).toBe(false);
  expect(rights().mayUndo(change('UPDATE'))).toBe(false); // none of its fields may be read
});

test('a deletion can be undone by those who may delete; a creation and an erasure by no viewer', () => {
  expect(rights().mayUndo(change('DELETE', 'secret', 'email'))).toBe(true);
  expect(rights([], ['phone']).mayUndo(change('DELETE', 'email'))).toBe(false);
  expect(rights().mayUndo(change('CREATE', 'email'))).toBe(false);
  expect(rights().mayUndo(change('ERASE', 'email'))).toBe(false);
});
