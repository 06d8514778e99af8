import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { Bulkhead } from '../../src/resilience/bulkhead.ts';
import { TestClock } from '../support/test-clock.ts';

const never = new AbortController().signal;

let clock: TestClock;
let limit: Bulkhead;
let refusals: string[];

const arrive = async (count: number, withinMs?: number): Promise<void> => {
  for (let each = 0; each < count; each += 1)
    limit.acquire('a', never, withinMs).catch((error: unknown) => refusals.push(String(error)));
  await turn();
};

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
  limit = new Bulkhead(clock, { maxConcurrent: 10, maxQueue: 100, queueTimeoutMs: 1000 });
  refusals = [];
});

describe('a queue for ten calls that hang', () => {
  it('takes a call that it may just reach, and says why it refuses one that it does not', async () => {
    await arrive(10);
    clock.advance(900);
    await arrive(20);
    // At the 21st place: eleven calls more than are in flight, of which ten end in 900 ms at best.
    await arrive(1, 990);
    expect([limit.queued, refusals]).toEqual([21, []]);
    await arrive(1, 989);
    expect(refusals).toEqual(['Error: the queue is too slow']);
  });

  it('judges from the moment at which it became full', async () => {
    await arrive(9);
    clock.advance(900);
    await arrive(1);
    await arrive(30, 10);
    expect([limit.queued, refusals]).toEqual([30, []]);
  });

  it('keeps a call that it may just reach when it judges its queue', async () => {
    await arrive(30);
    clock.advance(500);
    await turn();
    expect([limit.queued, refusals]).toEqual([20, []]);
  });

  it('counts the refused calls no longer when it judges those behind them', async () => {
    await arrive(20);
    await arrive(35, 130);
    await arrive(1);
    clock.advance(125);
    await turn();
    expect(limit.queued).toBe(11);
    expect(refusals).toEqual(Array(35).fill('Error: the queue is too slow'));
  });
});

describe('when the wait has ended, no timer is left:', () => {
  const timers = (): number => [1, 2, 3, 4, 5].filter((count) => clock.isSet(() => true, count)).length;

  it('neither of the call nor of the judging, which goes on while others wait', async () => {
    await arrive(12);
    expect(timers()).toBe(3);
    limit.release();
    expect(timers()).toBe(2);
    limit.release();
    expect(timers()).toBe(0);
  });

  it('also when the call is refused, or its time is up', async () => {
    await arrive(10);
    await arrive(1, 30);
    clock.advance(30);
    await turn();
    expect([refusals, timers()]).toEqual([['Error: the wait in the queue timed out'], 0]);
    clock.advance(970);
    await arrive(10);
    clock.advance(1000);
    expect(timers()).toBe(0);
  });
});
