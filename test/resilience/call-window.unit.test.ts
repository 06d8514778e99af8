import { expect, it } from '@jest/globals';
import { newCallWindow } from '../../src/resilience/call-window.ts';

const FIRST = { calls: 1, failures: 1, timeouts: 0.5 };
const SECOND = { calls: 2, failures: 0, timeouts: 0.25 };

it('a window of calls sums the last ones', () => {
  const window = newCallWindow({ calls: 2 });
  expect(window.total(0)).toEqual({ calls: 0, failures: 0, timeouts: 0 });
  window.add(FIRST, 0);
  window.add(SECOND, 0);
  expect(window.total(0)).toEqual({ calls: 3, failures: 1, timeouts: 0.75 });
  window.add(SECOND, 0);
  expect(window.total(0)).toEqual({ calls: 4, failures: 0, timeouts: 0.5 });
});

it('a window of time sums what is not too old', () => {
  const window = newCallWindow({ ms: 1000 });
  window.add(FIRST, 0);
  window.add(SECOND, 500);
  expect(window.total(1000)).toEqual({ calls: 3, failures: 1, timeouts: 0.75 });
  expect(window.total(1200)).toEqual(SECOND);
  expect(window.total(2000)).toEqual({ calls: 0, failures: 0, timeouts: 0 });
});
