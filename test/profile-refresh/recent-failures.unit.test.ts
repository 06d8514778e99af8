import { describe, expect, it } from '@jest/globals';
import { type Part } from '../../src/profile-cache/part.ts';
import { type FailedSource, RecentFailures } from '../../src/profile-refresh/recent-failures.ts';

const failure = { state: 'upstream_error', status: 404, reason: 'a reason', at: 1, attempts: 1, retryAt: 2 } as const;
const times = { fetchedAt: 1, checkedAt: 1, changedAt: 1, freshUntil: 1, staleUntil: 1 };
const failed: Part = { state: 'upstream_error', value: null, ...times, failure };
const good: Part = { state: 'ok', value: {}, ...times, failure: null };
const source = (customerId: string, more: Partial<FailedSource> = {}): FailedSource => ({
  ...{ organisation: 'one', customerId, source: 'reseller' as const },
  ...more,
});

describe('recent failures', () => {
  it('are remembered for their source of their organisation’s customer', () => {
    const failures = new RecentFailures();
    failures.note(source('1001'), failed);
    expect(failures.of(source('1001'))).toStrictEqual(failure);
    for (const other of [
      source('1002'),
      source('1001', { organisation: 'two' }),
      source('1001', { source: 'billing' }),
    ])
      expect(failures.of(other)).toBeNull();
  });

  it.each([
    ['an answer', good],
    ['a failure beside an older answer, which the cache keeps', { ...good, failure }],
  ])('are forgotten with %s', (_title, part) => {
    const failures = new RecentFailures();
    failures.note(source('1001'), failed);
    failures.note(source('1001'), part);
    expect(failures.of(source('1001'))).toBeNull();
  });

  it('are the last thousand', () => {
    const failures = new RecentFailures();
    for (let customer = 0; customer <= 1000; customer += 1) failures.note(source(String(customer)), failed);
    expect(failures.of(source('0'))).toBeNull();
    expect(failures.of(source('1'))).not.toBeNull();
  });
});
