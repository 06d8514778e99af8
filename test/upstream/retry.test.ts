import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/upstream/retry-after.ts';
import { retryDelayMs } from '../../src/upstream/retry.ts';
import { type FailureState, UpstreamError } from '../../src/upstream/upstream-error.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 3600 * 1000;

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['86400', DAY_MS],
    ['Sun, 01 Mar 2026 12:02:00 GMT', 120_000],
    ['Sun, 01 Mar 2026 12:00:00 GMT', 0],
  ])('%j is understood', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    undefined, null, 5, ['1'], '', '-1', '+1', '1.5', '1e3', '0x10', 'soon', '86401', '31536000', '9'.repeat(40),
    'Sun, 01 Mar 2026 11:59:59 GMT', 'Sun, 01 Mar 2027 12:00:00 GMT', '2026-03-01T12:02:00Z', 'Sun, 99 Foo 2026 12:00:00 GMT',
  ])('%j is senseless', (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull();
  }); // prettier-ignore

  it('is null or between zero and a day for any value', () => {
    const header = fc.oneof(fc.anything(), fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())); // prettier-ignore
    fc.assert(
      fc.property(header, (value) => {
        const ms = retryAfterMs(value, NOW);
        expect(ms === null || (ms >= 0 && ms <= DAY_MS)).toBe(true);
      }),
    );
  });
});

function failure(more: Partial<ConstructorParameters<typeof UpstreamError>[0]> = {}): UpstreamError {
  const facts = { upstream: 'reseller', operation: 'get_customer', reason: 'test' } as const;
  return new UpstreamError({ ...facts, state: 'upstream_error', answered: true, retryable: true, ...more });
}

describe('the delay before the one retry', () => {
  it('is random up to 100 ms after an answer, and zero without an answer', () => {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(failure(), 1, 2000) ?? NaN);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(100);
    expect(new Set(delays).size).toBeGreaterThan(100);
    expect(retryDelayMs(failure({ answered: false }), 1, 2000)).toBe(0);
  });

  it('is null for a second retry, for a permanent failure, and for a throttle without a time', () => {
    expect(retryDelayMs(failure(), 2, 2000)).toBeNull();
    expect(retryDelayMs(failure({ retryable: false }), 1, 2000)).toBeNull();
    expect(retryDelayMs(failure({ state: 'throttled' }), 1, 2000)).toBeNull();
  });

  it('never shortens Retry-After, and never leaves too little time for the answer', () => {
    const state = fc.constantFrom<FailureState>('throttled', 'upstream_error');
    const ms = fc.double({ min: 0, max: 5000, noNaN: true });
    fc.assert(
      fc.property(state, fc.boolean(), ms, ms, (name, answered, toldMs, leftMs) => {
        const delayMs = retryDelayMs(failure({ state: name, answered, retryAfterMs: toldMs }), 1, leftMs);
        expect(delayMs === null || (delayMs >= toldMs && delayMs + 20 <= leftMs)).toBe(true);
        expect(delayMs === null && toldMs + 120 <= leftMs).toBe(false);
      }),
    );
  });
});
