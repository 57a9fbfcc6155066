import { expect, test } from 'vitest';
import { returnPath, startAddress } from './sso';

const origin = 'https://contacts.example.com';

test.each([
  ['/contacts/7', '/contacts/7'],
  ['/manage/people?x=1', '/manage/people?x=1'],
  ['/', '/'],
  ['/?search=x', '/?search=x'],
  ['/sign-in/close', '/sign-in/close'],
  [null, '/'],
  ['', '/'],
  ['//evil.example.com', '/'],
  ['https://evil.example.com/contacts/7', '/'],
  ['/\\evil.example.com', '/'],
  ['javascript:alert(1)', '/'],
  ['/contacts/../graphql', '/'],
  ['/sign-in/done', '/'],
  ['http://[', '/'],
])('the return path %s is %s', (text, want) => {
  expect(returnPath(text, origin)).toBe(want);
});

test('the address that starts a sign-in', () => {
  expect(startAddress('/?search=a&b')).toBe('/auth/oidc/start?return=%2F%3Fsearch%3Da%26b');
});
