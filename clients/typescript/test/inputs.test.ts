import { expect, it } from 'vitest';
import { inputsOf } from '../src/index.js';

it('assigns each edit to the mutation that writes it', () => {
  const inputs = inputsOf({
    lastName: 'Berg',
    email: '',
    limitMailsPermanently: false,
    companyId: null,
    'properties.9': [
      { value: 'books', description: '' },
      { value: '', description: null },
    ],
    'properties.4': [],
    logins: [
      { name: 'nora@example.com', type: 'EMAIL' },
      { name: ' ', type: 'BLANK' },
    ],
    externalIds: [
      { system: 'crm', value: '4711' },
      { system: '', value: '' },
    ],
    membership: [3],
  });
  expect(inputs).toEqual({
    patch: { lastName: 'Berg', email: null, limitMailsPermanently: false, companyId: null },
    patchPaths: ['lastName', 'email', 'limitMailsPermanently', 'companyId'],
    details: {
      properties: [
        { propertyId: 9, values: [{ value: 'books', description: null }] },
        { propertyId: 4, values: [] },
      ],
      logins: [{ name: 'nora@example.com', type: 'EMAIL' }],
      externalIds: [{ system: 'crm', value: '4711' }],
      membership: [3],
    },
    detailPaths: ['properties.9', 'properties.4', 'logins', 'externalIds', 'membership'],
  });
});

it('is empty without edits', () => {
  expect(inputsOf({})).toEqual({ patch: {}, patchPaths: [], details: {}, detailPaths: [] });
});
