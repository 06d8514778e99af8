import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CircuitBreaker, type CallOutcome } from '../../src/resilience/circuit-breaker.ts';
import { CIRCUIT_BREAKER } from '../../src/upstream/upstream-policies.ts';

/** Makes so many calls at `now` and records their outcomes. @returns how many were admitted */
function calls(breaker: CircuitBreaker, count: number, outcome: CallOutcome, now: number): number {
  let admitted = 0;
  for (let call = 0; call < count; call += 1) {
    const record = breaker.tryAcquire(now);
    record?.(outcome, now);
    if (record) admitted += 1;
  }
  return admitted;
}

function opened(now = 0): CircuitBreaker {
  const breaker = new CircuitBreaker(CIRCUIT_BREAKER);
  calls(breaker, 20, 'failure', now);
  return breaker;
}

describe('a breaker', () => {
  it('opens when half of at least twenty calls within ten seconds failed', () => {
    const breaker = new CircuitBreaker(CIRCUIT_BREAKER);
    calls(breaker, 10, 'success', 0);
    calls(breaker, 9, 'failure', 5000);
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 1, 'failure', 5000);
    expect(breaker.stateName).toBe('open');
  });

  it('stays closed for nineteen failures, for fewer than half, and for failures long ago', () => {
    const few = new CircuitBreaker(CIRCUIT_BREAKER);
    calls(few, 19, 'failure', 0);
    const fewer = new CircuitBreaker(CIRCUIT_BREAKER);
    calls(fewer, 101, 'success', 0);
    calls(fewer, 100, 'failure', 0);
    const longAgo = new CircuitBreaker(CIRCUIT_BREAKER);
    calls(longAgo, 19, 'failure', 0);
    calls(longAgo, 5, 'failure', 20_000);
    expect([few, fewer, longAgo].map(({ stateName }) => stateName)).toStrictEqual(['closed', 'closed', 'closed']);
  });

  it('does not count what says nothing', () => {
    const breaker = new CircuitBreaker(CIRCUIT_BREAKER);
    calls(breaker, 1000, 'ignored', 0);
    calls(breaker, 19, 'failure', 0);
    expect(breaker.stateName).toBe('closed');
  });

  it('admits nothing for three seconds, and says how long that is', () => {
    const breaker = opened();
    expect(breaker.retryInMs(1000)).toBe(2000);
    expect(calls(breaker, 100, 'success', 2999)).toBe(0);
  });

  it('then permits one probe at a time: a success closes it, a failure opens it again', () => {
    const breaker = opened();
    const record = breaker.tryAcquire(3000);
    expect(breaker.stateName).toBe('half-open');
    expect(breaker.tryAcquire(3001)).toBeNull();
    record?.('failure', 3500);
    expect(breaker.stateName).toBe('open');
    expect(breaker.retryInMs(3500)).toBe(3000);
    expect(calls(breaker, 1, 'success', 6500)).toBe(1);
    expect(breaker.stateName).toBe('closed');
  });

  it('lets the next one probe when a probe came to nothing', () => {
    const breaker = opened();
    breaker.tryAcquire(3000)?.('ignored', 3100);
    expect(breaker.stateName).toBe('half-open');
    expect(calls(breaker, 1, 'success', 3200)).toBe(1);
    expect(breaker.stateName).toBe('closed');
  });

  it('is not moved by calls that were admitted before it opened', () => {
    const breaker = new CircuitBreaker(CIRCUIT_BREAKER);
    const late = Array.from({ length: 50 }, () => breaker.tryAcquire(0));
    calls(breaker, 20, 'failure', 0);
    const probe = breaker.tryAcquire(3000);
    for (const record of late) record?.('failure', 3100);
    expect(breaker.stateName).toBe('half-open');
    probe?.('success', 3200);
    expect(breaker.stateName).toBe('closed');
  });

  it('starts with a clean sheet when it closes', () => {
    const breaker = opened();
    calls(breaker, 1, 'success', 3000);
    calls(breaker, 18, 'failure', 3000);
    expect(breaker.stateName).toBe('closed');
  });

  it('looks at the last calls alone where its window is a number of calls', () => {
    const breaker = new CircuitBreaker({
      ...CIRCUIT_BREAKER,
      failureRateThreshold: 1,
      minimumCalls: 2,
      window: { calls: 2 },
    });
    for (let pair = 0; pair < 10; pair += 1) {
      calls(breaker, 1, 'failure', 0);
      calls(breaker, 1, 'success', 0);
    }
    calls(breaker, 1, 'failure', 0);
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 1, 'failure', 1_000_000);
    expect(breaker.stateName).toBe('open');
  });

  it('stays open for a random time within its jitter', () => {
    const waits = Array.from({ length: 100 }, () => {
      const breaker = new CircuitBreaker({ ...CIRCUIT_BREAKER, openDurationJitter: 0.2 });
      calls(breaker, 20, 'failure', 0);
      return breaker.retryInMs(0);
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2400);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('permits `halfOpenMaxCalls` probes at once, of which the first decides', () => {
    const breaker = new CircuitBreaker({ ...CIRCUIT_BREAKER, halfOpenMaxCalls: 2 });
    calls(breaker, 20, 'failure', 0);
    const [first, second, third] = [breaker.tryAcquire(3000), breaker.tryAcquire(3000), breaker.tryAcquire(3000)];
    expect(third).toBeNull();
    first?.('ignored', 3100);
    expect(breaker.tryAcquire(3100)).not.toBeNull();
    second?.('failure', 3200);
    expect(breaker.stateName).toBe('open');
  });

  it('is closed by a reset, and forgets the calls before it', () => {
    const breaker = opened();
    breaker.reset();
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 19, 'failure', 0);
    const late = breaker.tryAcquire(0);
    breaker.reset();
    calls(breaker, 19, 'failure', 0);
    late?.('failure', 0);
    expect(breaker.stateName).toBe('closed');
  });

  it('never admits while open, and two probes never at once, whatever happens', () => {
    const event = fc.record({
      afterMs: fc.integer({ min: 0, max: 2000 }),
      lastsMs: fc.integer({ min: 0, max: 4000 }),
      outcome: fc.constantFrom<CallOutcome>('success', 'failure', 'failure', 'failure', 'ignored'),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 30, maxLength: 200 }), (events) => {
        const breaker = new CircuitBreaker(CIRCUIT_BREAKER);
        const inFlight: { endsAt: number; record: () => void }[] = [];
        let now = 0;
        for (const { afterMs, lastsMs, outcome } of events) {
          now += afterMs;
          for (const call of inFlight.filter(({ endsAt }) => endsAt <= now)) call.record();
          inFlight.splice(0, inFlight.length, ...inFlight.filter(({ endsAt }) => endsAt > now));
          const mustNot = breaker.retryInMs(now) > 0;
          const record = breaker.tryAcquire(now);
          expect(mustNot && record !== null).toBe(false);
          if (record) inFlight.push({ endsAt: now + lastsMs, record: () => { record(outcome, now); } }); // prettier-ignore
          expect(breaker.stateName === 'half-open' && breaker.tryAcquire(now) !== null).toBe(false);
        }
      }),
    );
  });
});
