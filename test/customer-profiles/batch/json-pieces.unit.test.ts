import { expect, it } from '@jest/globals';
import { bytesOf, isLarge, partsOf } from '../../../src/customer-profiles/batch/json-pieces.ts';

it('writes texts and bytes one after the other, whatever characters the bytes have', () => {
  const pieces = ['{"name":', Buffer.from('"Größe 株式会社"'), ',"next":"', Buffer.from('x'), '"}'];
  expect(bytesOf(pieces).toString()).toBe('{"name":"Größe 株式会社","next":"x"}');
  expect(bytesOf([])).toHaveLength(0);
});

it('writes many bytes in parts that are the same bytes, none of them empty', () => {
  const large = ['[', ...Array.from({ length: 100 }, (_, at) => [Buffer.alloc(10_000, at), ',']).flat(), ']'];
  const parts = [...partsOf(large)];
  expect(parts.map(({ length }) => length)).toEqual([530_053, 470_049]);
  expect(Buffer.concat(parts).equals(bytesOf(large))).toBe(true);
  expect([isLarge(large), isLarge(['{}'])]).toEqual([true, false]);
  expect([...partsOf(['{', '}'])]).toEqual([Buffer.from('{}')]);
});
