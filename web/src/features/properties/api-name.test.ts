import { expect, test } from 'vitest';
import { suggestApiName } from './api-name';

test.each([
  ['Birthday', 'birthday'],
  ['Household Size', 'householdSize'],
  ['shoe-size (EU)', 'shoeSizeEU'],
  ['VAT id', 'vatId'],
  ['Größe', 'grosse'],
  ['Prénom', 'prenom'],
  ['2nd phone', 'ndPhone'],
  ['名前', ''],
  ['', ''],
  ['x'.repeat(60), 'x'.repeat(50)],
])('%s becomes %s', (name, suggested) => {
  expect(suggestApiName(name)).toBe(suggested);
});
