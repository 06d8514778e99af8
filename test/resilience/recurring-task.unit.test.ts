import { beforeEach, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RecurringTask } from '../../src/resilience/recurring-task.ts';
import { TestClock } from '../support/test-clock.ts';

let clock: TestClock;
let runs: { readonly signal: AbortSignal; readonly end: PromiseWithResolvers<undefined> }[];
let task: RecurringTask;

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
  runs = [];
  task = new RecurringTask(clock, 100, (signal) => {
    const end = Promise.withResolvers<undefined>();
    runs.push({ signal, end });
    return end.promise;
  });
});

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await nextTurn();
}

it('runs first after its own time, and again an interval after each end', async () => {
  task.start(10);
  await pass(9);
  expect(runs).toHaveLength(0);
  await pass(1);
  expect(runs).toHaveLength(1);
  await pass(1000);
  expect(runs).toHaveLength(1);
  runs[0]?.end.resolve(undefined);
  await task.settled();
  await pass(99);
  expect(runs).toHaveLength(1);
  await pass(1);
  expect(runs).toHaveLength(2);
});

it('does not run any more once it is stopped, and its end waits for the run under way', async () => {
  task.start();
  await pass(100);
  let isStopped = false;
  const stopped = task.stop().then(() => {
    isStopped = true;
  });
  await nextTurn();
  expect([isStopped, runs[0]?.signal.aborted]).toStrictEqual([false, true]);
  runs[0]?.end.resolve(undefined);
  await stopped;
  await pass(1000);
  expect(runs).toHaveLength(1);
});

it('does not run when it is stopped before its first time, or before it starts', async () => {
  task.start();
  await task.stop();
  task.start();
  await pass(1000);
  expect(runs).toHaveLength(0);
});

it('can be stopped before it starts, and then sets no timer', async () => {
  await task.stop();
  task.start();
  expect(clock.isSet(() => true)).toBe(false);
});

it('does not run when it is stopped between its time and its turn', async () => {
  task.start(10);
  clock.advance(10);
  await task.stop();
  expect(runs).toHaveLength(0);
});
