import { expect, it } from '@jest/globals';
import { VISIBLE, withoutInvisibleEnds } from '../../src/json/visible.ts';

it.each([
  ['A', 'A'],
  [' A ', 'A'],
  ['\u200bA\u200bB\u2060\t', 'A\u200bB'],
  ['\u{16fe4}豊\u{1d159}', '豊'],
  ['\u{e0041}😀\ud83d', '😀'],
  ['\ufff9A\ufffc', 'A'],
  ['\u2800-\u0000', '-'],
  ['', ''],
  [' \u3164 ', ''],
])('%j without what is invisible at its ends is %j', (text, rest) => {
  expect(withoutInvisibleEnds(text)).toBe(rest);
  expect(VISIBLE.test(text)).toBe(rest !== '');
});
