import { expect, it } from '@jest/globals';
import { type CallOutcome, CircuitBreaker, type CircuitBreakerOptions } from '../../src/resilience/circuit-breaker.ts';

const OPTIONS: CircuitBreakerOptions = {
  failureRateThreshold: 1,
  minimumCalls: 5,
  window: { ms: 1000 },
  openDurationMs: 100,
  halfOpenCalls: 1,
};

/** A breaker after a call of `lastsMs` for each of these outcomes. */
function after(
  outcomes: readonly CallOutcome[],
  lastsMs: number,
  options: Partial<CircuitBreakerOptions> = {},
): CircuitBreaker {
  const breaker = new CircuitBreaker({ ...OPTIONS, ...options });
  for (const outcome of outcomes) breaker.tryAcquire(0)?.(outcome, lastsMs);
  return breaker;
}

const times = (count: number, outcome: CallOutcome): readonly CallOutcome[] => Array<CallOutcome>(count).fill(outcome);

it('a closed breaker lets calls through at once', () => {
  expect(after([], 0).retryInMs(0)).toBe(0);
});

it('a breaker without slow calls opens at its rate alone', () => {
  expect(after(times(4, 'failure'), 0).stateName).toBe('closed');
  expect(after(times(5, 'failure'), 0).stateName).toBe('open');
});

it('calls that are ignored do not count, however long they took; those that were cut off do', () => {
  const slowCalls = { minimumTimeouts: 2, timeoutMs: 100 };
  expect(after(times(50, 'ignored'), 90, { slowCalls }).stateName).toBe('closed');
  expect(after(times(2, 'cut-off'), 90, { slowCalls }).stateName).toBe('open');
});

it('a row of failures ends after the time of the window', () => {
  const inARow = (lastAt: number): string => {
    const breaker = after(times(100, 'success'), 0);
    for (let at = 1; at <= 9; at += 1) breaker.tryAcquire(at)?.('failure', at);
    breaker.tryAcquire(lastAt)?.('failure', lastAt);
    return breaker.stateName;
  };
  // The first ten failures in a row open it, as the minimum is five calls.
  expect([inARow(1009), inARow(1010)]).toEqual(['open', 'closed']);
});
