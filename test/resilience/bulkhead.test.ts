import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { TestClock } from '../support/test-clock.ts';
import { Bulkhead, BulkheadFullError, type BulkheadOptions } from '../../src/resilience/bulkhead.ts';

const clock = new TestClock();
clock.stop();
const never = new AbortController().signal;
const bulkhead = (more: Partial<BulkheadOptions> = {}): Bulkhead =>
  new Bulkhead(clock, { maxConcurrent: 2, maxQueue: 2, queueTimeoutMs: 60_000, ...more });

describe('a limit on calls under way', () => {
  it('lets so many in at once, the next ones as others leave, first come first served', async () => {
    const limit = bulkhead();
    await limit.acquire(never);
    await limit.acquire(never);
    const order: string[] = [];
    const third = limit.acquire(never).then(() => order.push('third'));
    const fourth = limit.acquire(never).then(() => order.push('fourth'));
    await turn();
    expect([limit.inFlight, limit.queued, order]).toStrictEqual([2, 2, []]);
    limit.release();
    await third;
    limit.release();
    await fourth;
    expect([limit.inFlight, limit.queued, order]).toStrictEqual([2, 0, ['third', 'fourth']]);
  });

  it('turns away whom the queue cannot hold', async () => {
    const limit = bulkhead({ maxQueue: 0 });
    await limit.acquire(never);
    await limit.acquire(never);
    await expect(limit.acquire(never)).rejects.toThrow(BulkheadFullError);
  });

  it('lets no call wait longer than the bounded time', async () => {
    const limit = bulkhead({ queueTimeoutMs: 20 });
    await limit.acquire(never);
    await limit.acquire(never);
    const waiting = limit.acquire(never);
    clock.advance(19);
    expect(limit.queued).toBe(1);
    clock.advance(1);
    await expect(waiting).rejects.toThrow('the wait in the queue timed out');
    expect([limit.inFlight, limit.queued]).toStrictEqual([2, 0]);
  });

  it('forgets who gives up waiting, before or after coming', async () => {
    const limit = bulkhead();
    await limit.acquire(never);
    await limit.acquire(never);
    const leaver = new AbortController();
    const waiting = limit.acquire(leaver.signal);
    leaver.abort();
    await expect(waiting).rejects.toThrow(BulkheadFullError);
    await expect(limit.acquire(AbortSignal.abort())).rejects.toThrow(BulkheadFullError);
    expect(limit.queued).toBe(0);
    limit.release();
    limit.release();
    expect(limit.inFlight).toBe(0);
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
            limit.acquire(waiter.signal).then(() => (inside += 1), () => undefined); // prettier-ignore
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
