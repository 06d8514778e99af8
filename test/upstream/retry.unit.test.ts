import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryDelayMs } from '../../src/upstream/retry.ts';
import { retryAfterMs } from '../../src/upstream/retry-after.ts';
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
    ['Sunday, 01-Mar-26 12:02:00 GMT', 120_000],
    ['Sun Mar  1 12:02:00 2026', 120_000],
  ])('%j is understood', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    undefined, null, 5, ['1'], '', '-1', '+1', '1.5', '1e3', '0x10', 'soon', '86401', '31536000', '9'.repeat(40),
    'Sun, 01 Mar 2026 11:59:59 GMT', 'Sun, 01 Mar 2027 12:00:00 GMT', '2026-03-01T12:02:00Z', 'Sun, 99 Foo 2026 12:00:00 GMT', 'Sunday, 01-Mar-77 12:02:00 GMT',
    'Sun Mar 99 12:02:00 2026', 'Sun Mar  1 12:02:00 2026 GMT',
  ])('%j is senseless', (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull();
  }); // prettier-ignore

  it('has a year of two digits that may be of the next century', () => {
    expect(retryAfterMs('Friday, 01-Jan-00 00:00:00 GMT', Date.parse('2099-12-31T23:59:00Z'))).toBe(60_000);
  });

  it('means the same time in each of its three forms', () => {
    const { MONTHS, WEEKDAYS } = {
      MONTHS: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),
      WEEKDAYS: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.integer({ min: 0, max: 86_400 }),
        (nowSeconds, seconds) => {
          const now = nowSeconds * 1000;
          const at = new Date(now + seconds * 1000);
          const [weekday = '', month = ''] = [WEEKDAYS[at.getUTCDay()], MONTHS[at.getUTCMonth()]];
          const [day, year, time] = [
            String(at.getUTCDate()),
            String(at.getUTCFullYear()),
            at.toISOString().slice(11, 19),
          ];
          const forms = [
            at.toUTCString(),
            `${weekday}, ${day.padStart(2, '0')}-${month}-${year.slice(2)} ${time} GMT`,
            `${weekday.slice(0, 3)} ${month} ${day.padStart(2)} ${time} ${year}`,
          ];
          expect(forms.map((form) => retryAfterMs(form, now))).toStrictEqual(forms.map(() => seconds * 1000));
        },
      ),
    );
  });

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
