import { expect, it } from '@jest/globals';
import { bytesOf } from '../../../src/customer-profiles/batch/json-pieces.ts';

it('writes texts and bytes one after the other, whatever characters the bytes have', () => {
  const pieces = ['{"name":', Buffer.from('"Größe 株式会社"'), ',"next":"', Buffer.from('x'), '"}'];
  expect(bytesOf(pieces).toString()).toBe('{"name":"Größe 株式会社","next":"x"}');
  expect(bytesOf([])).toHaveLength(0);
});
