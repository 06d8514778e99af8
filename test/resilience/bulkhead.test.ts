import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { TestClock } from '../support/test-clock.ts';
import { NoPlace, Places } from '../../src/upstream/places.ts';

const clock = new TestClock();
clock.stop();
const never = new AbortController().signal;
const places = (more: Partial<{ places: number; queue: number; waitMs: number }> = {}): Places =>
  new Places(clock, { places: 2, queue: 2, waitMs: 60_000, ...more });

describe('a limit on calls under way', () => {
  it('lets so many in at once, the next ones as others leave, first come first served', async () => {
    const limit = places();
    await limit.enter(never);
    await limit.enter(never);
    const order: string[] = [];
    const third = limit.enter(never).then(() => order.push('third'));
    const fourth = limit.enter(never).then(() => order.push('fourth'));
    await turn();
    expect([limit.underWay, limit.queued, order]).toStrictEqual([2, 2, []]);
    limit.leave();
    await third;
    limit.leave();
    await fourth;
    expect([limit.underWay, limit.queued, order]).toStrictEqual([2, 0, ['third', 'fourth']]);
  });

  it('turns away whom the queue cannot hold', async () => {
    const limit = places({ queue: 0 });
    await limit.enter(never);
    await limit.enter(never);
    await expect(limit.enter(never)).rejects.toThrow(NoPlace);
  });

  it('lets nobody wait longer than the bounded time', async () => {
    const limit = places({ waitMs: 20 });
    await limit.enter(never);
    await limit.enter(never);
    const waiting = limit.enter(never);
    clock.advance(19);
    expect(limit.queued).toBe(1);
    clock.advance(1);
    await expect(waiting).rejects.toThrow('no place came free in time');
    expect([limit.underWay, limit.queued]).toStrictEqual([2, 0]);
  });

  it('forgets who gives up waiting, before or after coming', async () => {
    const limit = places();
    await limit.enter(never);
    await limit.enter(never);
    const leaver = new AbortController();
    const waiting = limit.enter(leaver.signal);
    leaver.abort();
    await expect(waiting).rejects.toThrow(NoPlace);
    await expect(limit.enter(AbortSignal.abort())).rejects.toThrow(NoPlace);
    expect(limit.queued).toBe(0);
    limit.leave();
    limit.leave();
    expect(limit.underWay).toBe(0);
  });

  it('must have a place', () => {
    expect(() => places({ places: 0 })).toThrow('places must be at least 1, not 0');
  });

  it('is never exceeded and never loses a place, whoever comes, leaves and gives up', async () => {
    const step = fc.constantFrom('enter', 'enter', 'leave', 'give up');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const limit = places({ places: 3, queue: 4 });
        const waiters: AbortController[] = [];
        let inside = 0;
        for (const one of steps) {
          if (one === 'enter') {
            const waiter = new AbortController();
            waiters.push(waiter);
            limit.enter(waiter.signal).then(() => (inside += 1), () => undefined); // prettier-ignore
          }
          if (one === 'leave' && inside > 0) {
            inside -= 1;
            limit.leave();
          }
          if (one === 'give up') waiters.shift()?.abort();
          await turn();
          expect(limit.underWay).toBe(inside);
          expect(limit.underWay).toBeLessThanOrEqual(3);
          expect(limit.queued).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 50 },
    );
  });
});
