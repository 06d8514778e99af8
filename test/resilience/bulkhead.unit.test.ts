import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { Bulkhead, BulkheadFullError, type BulkheadOptions } from '../../src/resilience/bulkhead.ts';
import { TestClock } from '../support/test-clock.ts';

const clock = new TestClock();
clock.stop();
const never = new AbortController().signal;
const bulkhead = (more: Partial<BulkheadOptions> = {}): Bulkhead =>
  new Bulkhead(clock, { maxConcurrent: 2, maxQueue: 2, queueTimeoutMs: 60_000, ...more });

describe('a limit on calls under way', () => {
  it('lets so many in at once, the next ones as others leave, first come first served', async () => {
    const limit = bulkhead();
    await limit.acquire('a', never);
    await limit.acquire('a', never);
    const order: string[] = [];
    const third = limit.acquire('a', never).then(() => order.push('third'));
    const fourth = limit.acquire('a', never).then(() => order.push('fourth'));
    await turn();
    expect([limit.inFlight, limit.queued, order]).toStrictEqual([2, 2, []]);
    limit.release();
    await third;
    limit.release();
    await fourth;
    expect([limit.inFlight, limit.queued, order]).toStrictEqual([2, 0, ['third', 'fourth']]);
  });

  it('lets owners take turns: who comes with one call waits for one of each other owner', async () => {
    const limit = bulkhead({ maxConcurrent: 1, maxQueue: 10 });
    await limit.acquire('many', never);
    const order: string[] = [];
    const calls = ['many 1', 'many 2', 'many 3', 'few 1'].map((name) =>
      limit.acquire(name.slice(0, -2), never).then(() => order.push(name)),
    );
    for (let ended = 0; ended < 4; ended += 1) {
      limit.release();
      await turn();
    }
    await Promise.all(calls);
    expect(order).toEqual(['many 1', 'few 1', 'many 2', 'many 3']);
  });

  it('gives a call the place of the last one of an owner who has many, when the queue is full', async () => {
    const limit = bulkhead({ maxConcurrent: 1, maxQueue: 3 });
    await limit.acquire('many', never);
    const many = [1, 2, 3].map(() => limit.acquire('many', never).then(() => 'permitted', String)); // prettier-ignore
    const few = limit.acquire('few', never);
    expect(await many[2]).toContain('the queue is full');
    await expect(limit.acquire('many', never)).rejects.toThrow('the queue is full');
    await expect(Promise.race([few, turn('waits')])).resolves.toBe('waits');
    expect(limit.queued).toBe(3);
    limit.release();
    limit.release();
    await few;
  });

  it('refuses calls that the queue cannot hold', async () => {
    const limit = bulkhead({ maxQueue: 0 });
    await limit.acquire('a', never);
    await limit.acquire('a', never);
    await expect(limit.acquire('a', never)).rejects.toThrow(BulkheadFullError);
  });

  it('lets no call wait longer than the bounded time', async () => {
    const limit = bulkhead({ queueTimeoutMs: 20 });
    await limit.acquire('a', never);
    await limit.acquire('a', never);
    const waiting = limit.acquire('a', never);
    clock.advance(19);
    expect(limit.queued).toBe(1);
    clock.advance(1);
    await expect(waiting).rejects.toThrow('the wait in the queue timed out');
    expect([limit.inFlight, limit.queued]).toStrictEqual([2, 0]);
  });

  it('forgets who gives up waiting, before or after coming', async () => {
    const limit = bulkhead();
    await limit.acquire('a', never);
    await limit.acquire('a', never);
    const leaver = new AbortController();
    const waiting = limit.acquire('a', leaver.signal);
    leaver.abort();
    await expect(waiting).rejects.toThrow(BulkheadFullError);
    await expect(limit.acquire('a', AbortSignal.abort())).rejects.toThrow(BulkheadFullError);
    expect(limit.queued).toBe(0);
    limit.release();
    limit.release();
    expect(limit.inFlight).toBe(0);
  });

  it('waits no longer than the caller can', async () => {
    const limit = bulkhead();
    await limit.acquire('a', never);
    await limit.acquire('a', never);
    const waiting = limit.acquire('a', never, 30);
    clock.advance(29);
    expect(limit.queued).toBe(1);
    clock.advance(1);
    await expect(waiting).rejects.toThrow('the wait in the queue timed out');
  });

  it('must have a place', () => {
    expect(() => bulkhead({ maxConcurrent: 0 })).toThrow('maxConcurrent must be at least 1, not 0');
  });

  it('is never exceeded and never loses capacity, in whatever order calls come, leave and give up', async () => {
    const step = fc.constantFrom('enter', 'enter', 'leave', 'give up');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const limit = bulkhead({ maxConcurrent: 3, maxQueue: 4 });
        const waiters: AbortController[] = [];
        let inside = 0;
        for (const one of steps) {
          if (one === 'enter') {
            const waiter = new AbortController();
            waiters.push(waiter);
            limit.acquire('a', waiter.signal).then(() => (inside += 1), () => undefined); // prettier-ignore
          }
          if (one === 'leave' && inside > 0) {
            inside -= 1;
            limit.release();
          }
          if (one === 'give up') waiters.shift()?.abort();
          await turn();
          expect(limit.inFlight).toBe(inside);
          expect(limit.inFlight).toBeLessThanOrEqual(3);
          expect(limit.queued).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a queue that will not be reached in time (A8)', () => {
  const OPTIONS = { maxConcurrent: 10, maxQueue: 100, queueTimeoutMs: 1000 };

  interface Crowd {
    readonly limit: Bulkhead;
    /** Monotonic ms after the start at which each was permitted, or refused. */
    readonly permitted: number[];
    readonly refused: number[];
    readonly arrive: (count: number, withinMs?: number) => void;
  }

  /** Calls that each take so long. */
  function crowd(lastsMs: number): Crowd {
    const limit = bulkhead(OPTIONS);
    const startedAt = clock.monotonic();
    const [permitted, refused]: [number[], number[]] = [[], []];
    const call = async (withinMs?: number): Promise<void> => {
      try {
        await limit.acquire('a', never, withinMs);
      } catch {
        refused.push(clock.monotonic() - startedAt);
        return;
      }
      permitted.push(clock.monotonic() - startedAt);
      clock.after(lastsMs, () => {
        limit.release();
      });
    };
    const arrive = (count: number, withinMs?: number): void => {
      for (let calls = 0; calls < count; calls += 1) void call(withinMs);
    };
    return { limit, permitted, refused, arrive };
  }

  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 25) {
      await turn();
      clock.advance(25);
    }
    await turn();
  }

  it.each([
    [50, 110],
    [100, 110],
    [200, 60],
    [300, 40],
    [900, 20],
  ])('of 110 calls that take %d ms each permits the %d that it reaches', async (lastsMs, reached) => {
    const { limit, permitted, refused, arrive } = crowd(lastsMs);
    arrive(110);
    await pass(1100);
    expect(permitted.length).toBeGreaterThanOrEqual(reached - 10);
    expect(permitted.length).toBeLessThanOrEqual(reached);
    expect(permitted.length + refused.length).toBe(110);
    expect(Math.max(0, ...permitted)).toBeLessThanOrEqual(1000);
    expect(limit.queued).toBe(0);
  });

  it('refuses most of those who wait for calls that hang long before their time is up', async () => {
    const { refused, arrive } = crowd(60_000);
    arrive(110);
    await pass(1000);
    expect(refused).toHaveLength(100);
    const median = refused.toSorted((one, other) => one - other)[50];
    expect(median).toBeLessThanOrEqual(250);
  });

  it('refuses at once calls that come after a standstill, or have too little time', async () => {
    const { limit, refused, arrive } = crowd(60_000);
    arrive(10);
    await pass(900);
    // The first ten may be reached at any time, ten more in another 900 ms, and none after them.
    arrive(21);
    await turn();
    expect([limit.queued, refused]).toStrictEqual([21, []]);
    arrive(1);
    await turn();
    expect([limit.queued, refused]).toStrictEqual([21, [900]]);
    arrive(1, 500);
    await turn();
    expect(refused).toStrictEqual([900, 900]);
  });

  it('expects what it has seen of late: a steady flow is let through', async () => {
    const { permitted, refused, arrive } = crowd(100);
    for (let passed = 0; passed < 5000; passed += 100) {
      arrive(passed === 0 ? 60 : 10);
      await pass(100);
    }
    expect(refused).toStrictEqual([]);
    expect(permitted.length).toBeGreaterThan(450);
  });
});
