import { expect, test } from 'vitest';
import { looksLikeEmail, looksLikePhone } from './plausible';

test.each([
  ['', true],
  ['  ', true],
  ['nora@example.com', true],
  [' nora@example.com ', true],
  ['nora+tag@bücher.example.', true],
  ['nora@example', false],
  ['nora.example.com', false],
  ['nora@@example.com', false],
  ['nora vogel@example.com', false],
  ['n/a', false],
])('looksLikeEmail(%j) is %s', (text, expected) => {
  expect(looksLikeEmail(text)).toBe(expected);
});

test.each([
  ['', true],
  ['029 2018 0466', true],
  ['+46 8 123', true],
  ['112', true],
  ['1-800-FLOWERS', true],
  ['٠١٢٣٤', true],
  ['n/a', false],
  ['12', false],
  ['000', false],
])('looksLikePhone(%j) is %s', (text, expected) => {
  expect(looksLikePhone(text)).toBe(expected);
});
