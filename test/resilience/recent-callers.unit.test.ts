import { expect, it } from '@jest/globals';
import { MANY_REQUESTS, RecentCallers } from '../../src/resilience/recent-callers.ts';
import { TestClock } from '../support/test-clock.ts';

it('knows whether all callers but one have sent many requests in a second, this one or the one before', () => {
  const clock = new TestClock();
  clock.stop();
  const recent = new RecentCallers(clock);
  const note = (name: string, times: number): void => {
    for (let time = 0; time < times; time += 1) recent.note(name);
  };
  const areMany = (): readonly boolean[] => ['shop', 'billing', 'new'].map((name) => recent.areManyBut(name));
  expect(areMany()).toEqual([false, false, false]);
  note('shop', 2 * MANY_REQUESTS);
  expect(areMany()).toEqual([false, true, true]);
  note('billing', MANY_REQUESTS - 1);
  expect(areMany()).toEqual([false, true, true]);
  // Of several others together.
  note('support', 1);
  expect(areMany()).toEqual([true, true, true]);
  clock.advance(999);
  note('billing', 5);
  expect(areMany()).toEqual([true, true, true]);
  // A new second, which has few.
  clock.advance(1);
  note('billing', MANY_REQUESTS - 1);
  expect(areMany()).toEqual([true, true, true]);
  clock.advance(1000);
  expect(areMany()).toEqual([false, false, false]);
  note('billing', MANY_REQUESTS);
  expect(areMany()).toEqual([true, false, true]);
  // Two seconds without a request.
  clock.advance(2000);
  expect(areMany()).toEqual([false, false, false]);
  // A second begins with the first request, or question, after the last one.
  clock.advance(1000);
  note('shop', MANY_REQUESTS);
  clock.advance(1999);
  expect(areMany()).toEqual([false, true, true]);
});
