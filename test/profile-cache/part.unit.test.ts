import { describe, expect, it } from '@jest/globals';
import {
  dueAt,
  expired,
  isDefinite,
  isFromFuture,
  isLater,
  isPart,
  isUsable,
  lastUsableAt,
  linkOf,
  type Part,
  type PartFailure,
} from '../../src/profile-cache/part.ts';
import { FAILURE_STATES } from '../../src/upstream/upstream-error.ts';

const NOW = 1_800_000_000_000;
const failure: PartFailure = { state: 'timeout', status: null, at: NOW, attempts: 1, retryAt: NOW + 50 };
const part = (more: Partial<Part> = {}): Part => ({
  ...{ state: 'linked', value: null, failure: null, changedAt: 1 },
  ...{ fetchedAt: NOW - 10, checkedAt: NOW - 5, freshUntil: NOW + 100, staleUntil: NOW + 200 },
  ...more,
});

describe('a value that was stored', () => {
  it.each([
    part(),
    part({ value: {} }),
    part({ failure }),
    { ...part(), more: 1 },
    { ...part(), failure: { state: 'timeout', retryAt: 0 } },
  ])('is a part: %j', (value) => {
    expect(isPart(value)).toBe(true);
  });

  it.each<unknown>([
    undefined,
    null,
    'text',
    [],
    {},
    [part()],
    { ...part(), state: 7 },
    { ...part(), state: undefined },
    { ...part(), value: undefined },
    { ...part(), value: 'text' },
    { ...part(), value: [] },
    ...['fetchedAt', 'checkedAt', 'changedAt', 'freshUntil', 'staleUntil'].flatMap((name) => [
      { ...part(), [name]: undefined },
      { ...part(), [name]: null },
      { ...part(), [name]: '1' },
      { ...part(), [name]: NaN },
    ]),
    { ...part(), failure: undefined },
    { ...part(), failure: 'timeout' },
    { ...part(), failure: [] },
    { ...part(), failure: {} },
    { ...part(), failure: { ...failure, state: null } },
    { ...part(), failure: { ...failure, retryAt: null } },
    { ...part(), failure: { ...failure, retryAt: '1' } },
  ])('is no part: %j', (value) => {
    expect(isPart(value)).toBe(false);
  });
});

describe('a part', () => {
  it('is definite in every state that is no failure', () => {
    for (const state of FAILURE_STATES) expect(isDefinite(part({ state }))).toBe(false);
    expect(isDefinite(part({ state: 'not_linked' }))).toBe(true);
  });

  it('is usable until its time is over, when it is definite', () => {
    expect(isUsable(part(), NOW + 199)).toBe(true);
    expect(isUsable(part(), NOW + 200)).toBe(false);
    expect(isUsable(part({ state: 'timeout' }), NOW)).toBe(false);
  });

  it.each([
    ['when it is no longer fresh', part(), NOW + 100],
    ['when it may be tried again', part({ failure }), NOW + 50],
    ['at the latest when it is no longer usable', part({ failure: { ...failure, retryAt: NOW + 900 } }), NOW + 200],
    ['when a failure may be tried again', part({ state: 'timeout', failure: { ...failure, retryAt: NOW + 900 } }), NOW + 900],
  ])('is due %s', (_title, one, at) => {
    expect(dueAt(one)).toBe(at);
  }); // prettier-ignore

  it('that has expired is due, and was never fresher than before', () => {
    expect(expired(part({ failure }), NOW)).toStrictEqual(part({ freshUntil: NOW }));
    expect(expired(part({ freshUntil: NOW - 7 }), NOW)).toStrictEqual(part({ freshUntil: NOW - 7 }));
  });

  it('is kept until it is no longer usable, and until its source may be tried again', () => {
    expect(lastUsableAt(part())).toBe(NOW + 200);
    expect(lastUsableAt(part({ failure }))).toBe(NOW + 200);
    expect(lastUsableAt(part({ failure: { ...failure, retryAt: NOW + 201 } }))).toBe(NOW + 201);
  });

  it('is from the future when one of its times is further ahead than clocks differ', () => {
    expect(isFromFuture(part({ fetchedAt: NOW + 1000, checkedAt: NOW + 1000 }), NOW)).toBe(false);
    expect(isFromFuture(part({ fetchedAt: NOW + 1001 }), NOW)).toBe(true);
    expect(isFromFuture(part({ checkedAt: NOW + 1001 }), NOW)).toBe(true);
  });

  it('names a billing customer when it is a link', () => {
    expect(linkOf(part({ value: { billingCustomerId: 'b1' } }))).toBe('b1');
    expect(linkOf(part())).toBeNull();
    expect(linkOf(undefined)).toBeNull();
  });
});

describe('of two parts, the later one', () => {
  const at = (fetchedAt: number, checkedAt: number, seen?: number): Part =>
    part({ fetchedAt, checkedAt, ...(seen === undefined ? {} : { seen: [seen, 0] }) });

  it.each<readonly [string, Part, Part, boolean]>([
    ['was fetched later', at(2, 2), at(1, 1), true],
    ['was fetched later, whenever it was checked', at(2, 2), at(1, 9), true],
    ['was checked later', at(1, 3), at(1, 2), true],
    ['is neither, when both are the same', at(1, 2), at(1, 2), false],
    ['was fetched after a later invalidation', at(1, 1, 5), at(2, 2, 4), true],
    ['was fetched after any invalidation', at(1, 1, 1), at(2, 2), true],
    ['was fetched later, after the same invalidation', at(2, 2, 5), at(1, 1, 5), true],
    ['is not from the future', at(NOW, NOW + 1001), at(1, 1), false],
    ['has no invalidation from the future', at(2, 2, NOW + 1001), at(1, 1), false],
    ['may be ahead as far as clocks differ', at(NOW, NOW + 1000), at(1, 1), true],
  ])('%s', (_title, one, other, later) => {
    expect(isLater(one, other, NOW)).toBe(later);
    if (later) expect(isLater(other, one, NOW)).toBe(false);
  });
});
