import { expect, it } from '@jest/globals';
import { RecentCallers } from '../../src/resilience/recent-callers.ts';
import { TestClock } from '../support/test-clock.ts';

it('knows whether any caller but one has sent a request in the last second', () => {
  const clock = new TestClock();
  clock.stop();
  const recent = new RecentCallers(clock);
  expect(recent.isAnyBut('shop')).toBe(false);
  recent.note('shop');
  expect([recent.isAnyBut('shop'), recent.isAnyBut('billing')]).toEqual([false, true]);
  recent.note('billing');
  clock.advance(600);
  recent.note('shop');
  recent.note('shop');
  expect([recent.isAnyBut('shop'), recent.isAnyBut('billing')]).toEqual([true, true]);
  clock.advance(600);
  expect([recent.isAnyBut('shop'), recent.isAnyBut('billing')]).toEqual([false, true]);
});

it('forgets a caller a second after its last request', () => {
  const clock = new TestClock();
  clock.stop();
  const recent = new RecentCallers(clock);
  recent.note('shop');
  clock.advance(999);
  expect(recent.isAnyBut('billing')).toBe(true);
  clock.advance(1);
  expect(recent.isAnyBut('billing')).toBe(false);
});
