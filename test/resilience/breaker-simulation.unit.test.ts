import { describe, expect, it } from '@jest/globals';
import { CircuitBreaker } from '../../src/resilience/circuit-breaker.ts';
import { RetryBudget } from '../../src/resilience/retry-budget.ts';
import { circuitBreakerOptions } from '../../src/upstream/upstream-policies.ts';
import { TestClock } from '../support/test-clock.ts';
import { randomNumbers } from './random-numbers.ts';

const TIMEOUT_MS = 1500;
const MINUTES_10 = 600_000;
/** The first seconds, in which the breaker learns. */
const LEARNING_MS = 20_000;

interface Simulated {
  /** Of the reads, how many were answered. */
  readonly answered: number;
  /** Calls sent for each read, once the breaker had the time to learn. */
  readonly load: number;
}

/**
 * Reads at a steady rate from an upstream that fails a random share of the calls, as `UpstreamHttp` makes them: through the breaker,
 * with one retry within the budget while it is closed.
 * @param failsAfterMs how long a call takes that fails; those that succeed take 50 ms
 */
function simulate(failureShare: number, readsPerSecond: number, failsAfterMs: number): Simulated {
  const clock = new TestClock();
  clock.stop();
  const endsAt = clock.monotonic() + MINUTES_10;
  const learntAt = clock.monotonic() + LEARNING_MS;
  const random = randomNumbers(42);
  const breaker = new CircuitBreaker(circuitBreakerOptions(TIMEOUT_MS));
  const budget = new RetryBudget();
  const counts = { reads: 0, answered: 0, readsThen: 0, sentThen: 0 };

  const send = (mayRetry: boolean): void => {
    const record = breaker.tryAcquire(clock.monotonic());
    if (!record) return;
    if (mayRetry) budget.deposit();
    if (clock.monotonic() >= learntAt) counts.sentThen += 1;
    const fails = random() < failureShare;
    clock.after(fails ? failsAfterMs : 50, () => {
      record(fails ? 'failure' : 'success', clock.monotonic());
      if (!fails) counts.answered += 1;
      // A call that timed out is not made again.
      else if (mayRetry && failsAfterMs < TIMEOUT_MS && breaker.stateName === 'closed' && budget.withdraw(clock.monotonic()))
        send(false); // prettier-ignore
    });
  };
  while (clock.monotonic() < endsAt) {
    counts.reads += 1;
    if (clock.monotonic() >= learntAt) counts.readsThen += 1;
    send(true);
    clock.advance(1000 / readsPerSecond);
  }
  clock.advance(2 * TIMEOUT_MS);
  return { answered: counts.answered / counts.reads, load: counts.sentThen / counts.readsThen };
}

const RATES = [2, 10, 100];
const KINDS = [
  ['fail at once', 5],
  ['fail slowly', 1000],
  ['hang', TIMEOUT_MS],
] as const;

describe.each(KINDS)('an upstream whose calls %s', (_kind, failsAfterMs) => {
  it.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])(
    'at a random share of %d answers no less than it gives (R13)',
    (share) => {
      for (const rate of RATES) {
        const { answered } = simulate(share, rate, failsAfterMs);
        // Ten minutes at two reads a second are 1,200 calls: three standard deviations of their own share.
        const chance = 3 * Math.sqrt((share * (1 - share)) / ((rate * MINUTES_10) / 1000));
        expect({ rate, enough: answered >= 1 - share - chance, answered }).toMatchObject({ enough: true });
      }
    },
  );

  it('at a share of 0.8 answers most of what it gives (R13)', () => {
    for (const rate of RATES) expect(simulate(0.8, rate, failsAfterMs).answered).toBeGreaterThan(0.6 * 0.2);
  });

  it.each([10, 100])('that is dead costs a twentieth of its calls at most, at %d reads a second (R13)', (rate) => {
    const { answered, load } = simulate(1, rate, failsAfterMs);
    expect(answered).toBe(0);
    expect(load).toBeLessThanOrEqual(0.05);
  });
});
