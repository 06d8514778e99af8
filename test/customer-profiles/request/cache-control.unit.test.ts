import { describe, expect, it } from '@jest/globals';
import { CLOCK_SKEW_MS } from '../../../src/config/clock.ts';
import { parseCacheControl } from '../../../src/customer-profiles/request/cache-control.ts';
import { type CacheDirectives, NO_DIRECTIVES } from '../../../src/profile-refresh/cache-directives.ts';
import { TestClock } from '../../support/test-clock.ts';

const clock = new TestClock();
clock.stop();
const NOW = clock.now();
const noCache = { notBefore: NOW, skewMs: CLOCK_SKEW_MS };

describe('Cache-Control of a request', () => {
  it.each<[string, Partial<CacheDirectives>]>([
    ['no-cache', noCache],
    ['No-Cache', noCache],
    ['max-age=60', { notBefore: NOW - 60_000 }],
    ['max-age="60"', { notBefore: NOW - 60_000 }],
    ['max-age = 60', { notBefore: NOW - 60_000 }],
    ['max-age=0', noCache],
    ['min-fresh=30', { minFreshMs: 30_000 }],
    ['max-stale', { maxStaleMs: Infinity }],
    ['max-stale=30', { maxStaleMs: 30_000 }],
    ['max-stale="30"', { maxStaleMs: 30_000 }],
    ['only-if-cached', { onlyIfCached: true }],
    [' max-stale=30 ,\tonly-if-cached ', { maxStaleMs: 30_000, onlyIfCached: true }],
    ['x="a, no-cache , b", min-fresh=1', { minFreshMs: 1000 }],
    ['max-age=9999999999', { notBefore: NOW - 2_147_483_648_000 }],
  ])('reads %j', (text, expected) => {
    expect(parseCacheControl(text, clock)).toEqual({ ...NO_DIRECTIVES, ...expected });
  });

  it.each([
    ['no-cache, max-age=60', noCache],
    ['max-age=60, max-age=30', { notBefore: NOW - 30_000 }],
    ['min-fresh=30, min-fresh=60', { minFreshMs: 60_000 }],
    ['max-stale=30, max-stale=60', { maxStaleMs: 30_000 }],
    ['max-stale, max-stale=60', { maxStaleMs: 60_000 }],
  ])('takes the stricter one of %j, in either order', (text, expected) => {
    for (const one of [text, text.split(', ').toReversed().join()])
      expect(parseCacheControl(one, clock)).toEqual({ ...NO_DIRECTIVES, ...expected });
  });

  it.each([
    ...['', 'no-store', 'max-age', 'min-fresh', 'max-age=', 'max-age=-1', 'max-age=1.5', 'max-age=1s', 'max-age="60'],
    ...[
      'x max-age=60',
      'max-age=60 x',
      'max-stale=',
      'max-stale=x',
      'max-stale="1',
      '1no-cache',
      'no cache',
      undefined,
    ],
  ])('ignores %j', (text) => {
    expect(parseCacheControl(text, clock)).toEqual(NO_DIRECTIVES);
  });
});
