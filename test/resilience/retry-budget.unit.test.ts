import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CallOutcome, CircuitBreaker } from '../../src/resilience/circuit-breaker.ts';
import { RetryBudget } from '../../src/resilience/retry-budget.ts';
import { circuitBreakerOptions } from '../../src/upstream/upstream-policies.ts';

describe('a retry budget', () => {
  it('allows one retry to begin with, then one for ten calls', () => {
    const budget = new RetryBudget();
    const withdrawals = (): number => Array.from({ length: 10 }, () => budget.withdraw(1)).filter(Boolean).length;
    expect(withdrawals()).toBe(2); // The initial balance and the first minimum.
    expect(withdrawals()).toBe(0);
    for (let call = 0; call < 55; call += 1) budget.deposit();
    expect(withdrawals()).toBe(5);
  });

  it('gives a quiet service one in ten seconds', () => {
    const budget = new RetryBudget();
    const granted = Array.from({ length: 60 }, (_, second) => budget.withdraw(second * 1000)).filter(Boolean);
    expect(granted.length).toBeGreaterThanOrEqual(6);
    expect(granted.length).toBeLessThanOrEqual(7);
  });

  it('counts these ten seconds from the last one', () => {
    const budget = new RetryBudget();
    expect([0, 0, 0, 9999, 10_000, 10_000].map((now) => budget.withdraw(now))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('never saves up more than ten, however long all is well', () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 100_000; call += 1) budget.deposit();
    const granted = Array.from({ length: 100 }, () => budget.withdraw(0)).filter(Boolean);
    expect(granted.length).toBeLessThanOrEqual(11);
  });
});

describe('breaker × retry × budget', () => {
  const call = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5000 })),
    first: fc.constantFrom<CallOutcome>('success', 'failure', 'failure', 'ignored'),
    second: fc.constantFrom<CallOutcome>('success', 'failure', 'ignored'),
  });

  it('make no more calls than first attempts × 1.1 and the minimum, and none while the circuit breaker is open', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 50, maxLength: 400 }), (sequence) => {
        const breaker = new CircuitBreaker(circuitBreakerOptions(1500));
        const budget = new RetryBudget();
        const made = { first: 0, second: 0 };
        let now = 0;
        const attempt = (which: 'first' | 'second', outcome: CallOutcome): boolean => {
          const open = breaker.retryInMs(now) > 0;
          const record = breaker.tryAcquire(now);
          if (!record) return false;
          expect(open).toBe(false);
          made[which] += 1;
          if (which === 'first') budget.deposit();
          record(outcome, now);
          return outcome === 'failure';
        };
        for (const { afterMs, first, second } of sequence) {
          now += afterMs;
          if (attempt('first', first) && budget.withdraw(now)) attempt('second', second);
          const minimum = 2 + now / 10_000;
          expect(made.first + made.second).toBeLessThanOrEqual(made.first * 1.1 + minimum);
        }
      }),
    );
  });
});
