import { expect, it } from '@jest/globals';
import { pairsIn } from '../../src/redis/reply-pairs.ts';

it('a flat reply is read as pairs of texts', () => {
  expect(pairsIn([])).toStrictEqual([]);
  expect(pairsIn(['a', '1', Buffer.from('b'), 2])).toStrictEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});
