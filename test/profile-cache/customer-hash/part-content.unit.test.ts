import { describe, expect, it } from '@jest/globals';
import { partContent, partFrom, stampOf } from '../../../src/profile-cache/customer-hash/part-content.ts';
import { type Part } from '../../../src/profile-cache/part.ts';

const unseen: Part = {
  state: 'not_linked',
  value: null,
  fetchedAt: 1000,
  checkedAt: 1000,
  changedAt: 1000,
  freshUntil: 4000,
  staleUntil: 5000,
  failure: null,
};
const notLinked: Part = { ...unseen, seen: [900, 0] };
const failed: Part = {
  ...notLinked,
  state: 'timeout',
  checkedAt: 2000,
  failure: { state: 'timeout', status: null, at: 2000, attempts: 1, retryAt: 3000 },
};

describe('the stamp of a part', () => {
  it('has whether it is definite, its times in whole milliseconds, and its last wide invalidation', () => {
    expect(stampOf(notLinked)).toBe('1 1000 1000 5000 900');
    expect(stampOf({ ...unseen, state: 'timeout', fetchedAt: 1.5, staleUntil: 5.9 })).toBe('0 1 1000 5 0');
  });
});

describe('the content of a part', () => {
  it.each([
    ['that was just fetched, without a value', notLinked, '["not_linked",4000]'],
    ['from before any invalidation', unseen, '["not_linked",4000]'],
    ['with a value', { ...notLinked, state: 'linked', value: { id: 'x' } }, '["linked",4000,{"value":{"id":"x"}}]'],
    ['that changed before', { ...notLinked, changedAt: 500 }, '["not_linked",4000,{"changedAt":500}]'],
    ['of a later generation', { ...notLinked, seen: [900, 7] as const }, '["not_linked",4000,{"seen":[900,7]}]'],
    ['that has seen nothing', { ...notLinked, seen: [0, 0] as const }, '["not_linked",4000,{"seen":[0,0]}]'],
    ['with a fraction', { ...notLinked, fetchedAt: 1000.5 }, '["not_linked",4000,{"fetchedAt":1000.5}]'],
    [
      'that has failed',
      failed,
      '["timeout",4000,{"failure":{"state":"timeout","status":null,"at":2000,"attempts":1,"retryAt":3000}}]',
    ],
  ])('%s says what the stamp does not, and is read back', (_title, part: Part, content) => {
    expect(partContent(part, stampOf(part))).toBe(content);
    expect(partFrom(stampOf(part), JSON.parse(content))).toStrictEqual(part);
  });

  it.each([undefined, null, 7, 'ok', {}, [], ['ok'], [7, 4000], ['ok', '4000'], ['ok', 4000, { value: 7 }]])(
    '%j is that of no part',
    (content) => {
      expect(partFrom('1 1 1 5 0', content)).toBeNull();
    },
  );

  it.each(['', 'response', '1 1 1', '1 a b c 0'])('is that of no part with the stamp %j', (stamp) => {
    expect(partFrom(stamp, ['ok', 4000])).toBeNull();
  });
});
