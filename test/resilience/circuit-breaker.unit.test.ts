import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CallOutcome, CircuitBreaker } from '../../src/resilience/circuit-breaker.ts';
import { circuitBreakerOptions } from '../../src/upstream/upstream-policies.ts';

const TIMEOUT_MS = 1500;
const OPTIONS = circuitBreakerOptions(TIMEOUT_MS);
const PROBES = 3;

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
  const breaker = new CircuitBreaker(OPTIONS);
  calls(breaker, 20, 'failure', now);
  return breaker;
}

/** Calls one after the other, each of this duration. @returns when the last one ended */
function callsInTurn(breaker: CircuitBreaker, count: number, outcome: CallOutcome, lastsMs: number): number {
  let now = 0;
  for (let call = 0; call < count; call += 1) {
    const record = breaker.tryAcquire(now);
    now += lastsMs;
    record?.(outcome, now);
  }
  return now;
}

describe('a breaker', () => {
  it('opens when nine of ten of at least twenty calls within ten seconds failed', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    calls(breaker, 2, 'success', 0);
    calls(breaker, 17, 'failure', 5000);
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 1, 'failure', 5000);
    expect(breaker.stateName).toBe('open');
  });

  it('stays closed for nineteen failures, for fewer than nine of ten, and for failures long ago', () => {
    const few = new CircuitBreaker(OPTIONS);
    calls(few, 19, 'failure', 0);
    const fewer = new CircuitBreaker(OPTIONS);
    for (let turn = 0; turn < 12; turn += 1) {
      calls(fewer, 1, 'success', 0);
      calls(fewer, 8, 'failure', 0);
    }
    const longAgo = new CircuitBreaker(OPTIONS);
    calls(longAgo, 19, 'failure', 0);
    calls(longAgo, 5, 'failure', 20_000);
    expect([few, fewer, longAgo].map(({ stateName }) => stateName)).toStrictEqual(['closed', 'closed', 'closed']);
  });

  it('opens after forty failures in a row, whatever answered before them (U1, R13)', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    calls(breaker, 500, 'success', 0);
    calls(breaker, 39, 'failure', 1000);
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 1, 'failure', 1000);
    expect(breaker.stateName).toBe('open');
  });

  it('never opens with a success: the answers before an outage leave the window before it does (R13)', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    calls(breaker, 30, 'success', 0);
    for (let turn = 0; turn < 10; turn += 1) {
      calls(breaker, 9, 'failure', 2000);
      calls(breaker, 1, 'success', 2001);
    }
    for (const at of [4000, 6000, 8000, 10_500, 11_500, 11_900]) {
      calls(breaker, 1, 'success', at);
      expect(breaker.stateName).toBe('closed');
    }
  });

  it.each<readonly [string, CallOutcome, lastsMs: number, calls: number]>([
    ['calls that time out', 'failure', TIMEOUT_MS, 5],
    ['calls that fail after most of their timeout', 'failure', 0.8 * TIMEOUT_MS, 5],
    ['calls that fail after half of their timeout', 'failure', 0.5 * TIMEOUT_MS, 10],
    ['calls that are cut off after two thirds of their timeout', 'cut-off', 1000, 8],
    ['calls that are cut off after a fifth of their timeout', 'cut-off', 0.2 * TIMEOUT_MS, 25],
  ])('opens after fewer calls that took five timeouts together: %s (U1, U7)', (_kind, outcome, lastsMs, count) => {
    const breaker = new CircuitBreaker(OPTIONS);
    callsInTurn(breaker, count - 1, outcome, lastsMs);
    expect(breaker.stateName).toBe('closed');
    const opened = new CircuitBreaker(OPTIONS);
    callsInTurn(opened, count, outcome, lastsMs);
    expect(opened.stateName).toBe('open');
  });

  it('learns of calls that hang one after the other, whatever their timeout (U7)', () => {
    for (const timeoutMs of [100, 1500, 5000, 60_000]) {
      const breaker = new CircuitBreaker(circuitBreakerOptions(timeoutMs));
      callsInTurn(breaker, 5, 'failure', timeoutMs);
      expect(breaker.stateName).toBe('open');
    }
  });

  it('is not opened by slow failures beside answers', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    for (let round = 0; round < 20; round += 1) {
      const startedAt = round * TIMEOUT_MS;
      const records = [1, 2, 3].map(() => breaker.tryAcquire(startedAt));
      const outcomes = ['success', 'failure', 'failure'] as const;
      for (const outcome of outcomes) records.pop()?.(outcome, startedAt + TIMEOUT_MS);
    }
    expect(breaker.stateName).toBe('closed');
  });

  it('learns nothing of callers who leave early', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    callsInTurn(breaker, 1000, 'cut-off', 0.19 * TIMEOUT_MS);
    calls(breaker, 1000, 'cut-off', 0);
    expect(breaker.stateName).toBe('closed');
  });

  it('does not count what says nothing', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    calls(breaker, 1000, 'ignored', 0);
    calls(breaker, 19, 'failure', 0);
    expect(breaker.stateName).toBe('closed');
  });

  it('admits nothing for three seconds, and says how long that is', () => {
    const breaker = opened();
    expect(breaker.retryInMs(1000)).toBe(2000);
    expect(calls(breaker, 100, 'success', 2999)).toBe(0);
  });

  it('then permits three probes, which are judged together: all must fail (R13)', () => {
    const breaker = opened();
    const probes = Array.from({ length: PROBES }, () => breaker.tryAcquire(3000));
    expect(breaker.stateName).toBe('half-open');
    expect([breaker.permits(3001), breaker.tryAcquire(3001)]).toStrictEqual([false, null]);
    for (const record of probes.slice(1)) record?.('failure', 3500);
    expect([breaker.stateName, breaker.tryAcquire(3500)]).toStrictEqual(['half-open', null]);
    probes[0]?.('failure', 3500);
    expect(breaker.stateName).toBe('open');
  });

  it('closes with one probe that succeeds, although others have failed (R13)', () => {
    const breaker = opened();
    calls(breaker, PROBES - 1, 'failure', 3000);
    calls(breaker, 1, 'success', 3000);
    expect(breaker.stateName).toBe('closed');
  });

  it('is open for twice as long when its probes failed, and never longer than six seconds', () => {
    const breaker = opened();
    calls(breaker, PROBES, 'failure', 3000);
    expect(breaker.retryInMs(3000)).toBe(6000);
    calls(breaker, PROBES, 'failure', 9000);
    expect(breaker.retryInMs(9000)).toBe(6000);
    calls(breaker, 1, 'success', 15_000);
    calls(breaker, 20, 'failure', 15_000);
    expect(breaker.retryInMs(15_000)).toBe(3000);
  });

  it('lets the next one probe when a probe came to nothing', () => {
    const breaker = opened();
    calls(breaker, 100, 'ignored', 3100);
    expect(breaker.stateName).toBe('half-open');
    expect(calls(breaker, 1, 'success', 3200)).toBe(1);
    expect(breaker.stateName).toBe('closed');
  });

  it('counts a probe that was cut off for as much as it had waited', () => {
    const breaker = opened();
    let now = 3000;
    for (let probe = 0; probe < 5; probe += 1) {
      const record = breaker.tryAcquire(now);
      expect(breaker.stateName).toBe('half-open');
      now += 0.6 * TIMEOUT_MS;
      record?.('cut-off', now);
    }
    expect(breaker.stateName).toBe('open');
  });

  it('is not moved by calls that were admitted before it opened', () => {
    const breaker = new CircuitBreaker(OPTIONS);
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
      ...OPTIONS,
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
      const breaker = new CircuitBreaker({ ...OPTIONS, openDurationJitter: 0.2 });
      calls(breaker, 20, 'failure', 0);
      return breaker.retryInMs(0);
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2400);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('judges its probes by the share that opens it', () => {
    const half = { ...OPTIONS, failureRateThreshold: 0.5, halfOpenCalls: 4 };
    const outcomesOf = (...outcomes: CallOutcome[]): string => {
      const breaker = new CircuitBreaker(half);
      calls(breaker, 20, 'failure', 0);
      for (const outcome of outcomes) calls(breaker, 1, outcome, 3000);
      return breaker.stateName;
    };
    expect(outcomesOf('failure', 'success', 'success')).toBe('half-open');
    expect(outcomesOf('failure', 'success', 'success', 'success')).toBe('closed');
    expect(outcomesOf('failure', 'success', 'failure')).toBe('open');
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

  it('never admits while open, and never more probes than its sample, whatever happens', () => {
    const event = fc.record({
      afterMs: fc.integer({ min: 0, max: 2000 }),
      lastsMs: fc.integer({ min: 0, max: 4000 }),
      outcome: fc.constantFrom<CallOutcome>('success', 'failure', 'failure', 'failure', 'cut-off', 'ignored'),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 30, maxLength: 200 }), (events) => {
        const breaker = new CircuitBreaker(OPTIONS);
        const inFlight: { endsAt: number; probeOf: number; record: () => void }[] = [];
        let now = 0;
        let samples = 0;
        for (const { afterMs, lastsMs, outcome } of events) {
          now += afterMs;
          for (const call of inFlight.filter(({ endsAt }) => endsAt <= now)) call.record();
          inFlight.splice(0, inFlight.length, ...inFlight.filter(({ endsAt }) => endsAt > now));
          const mustNot = breaker.retryInMs(now) > 0;
          const record = breaker.tryAcquire(now);
          expect(mustNot && record !== null).toBe(false);
          const isProbe = breaker.stateName === 'half-open';
          if (!isProbe) samples += 1;
          if (record) inFlight.push({ endsAt: now + lastsMs, probeOf: isProbe ? samples : -1, record: () => { record(outcome, now); } }); // prettier-ignore
          if (isProbe) expect(inFlight.filter(({ probeOf }) => probeOf === samples).length).toBeLessThanOrEqual(PROBES);
        }
      }),
    );
  });
});
