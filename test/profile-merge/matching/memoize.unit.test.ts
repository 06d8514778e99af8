import { expect, it } from '@jest/globals';
import { memoize } from '../../../src/profile-merge/matching/memoize.ts';

it('a test runs once for each value, whatever its result', () => {
  const tested: number[] = [];
  const isEven = memoize((value: number) => {
    tested.push(value);
    return value % 2 === 0;
  });
  expect([1, 2, 1, 2].map(isEven)).toEqual([false, true, false, true]);
  expect(tested).toEqual([1, 2]);
});
