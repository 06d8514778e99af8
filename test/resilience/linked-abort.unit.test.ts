import { expect, it } from '@jest/globals';
import { LinkedAbort } from '../../src/resilience/linked-abort.ts';

it('a linked signal fires by itself, or with its parent, also one that has fired before', () => {
  const parent = new AbortController();
  const [own, linked] = [new LinkedAbort(parent.signal), new LinkedAbort(parent.signal)];
  expect(linked.signal.aborted).toBe(false);
  own.abort();
  expect([own.signal.aborted, linked.signal.aborted, parent.signal.aborted]).toEqual([true, false, false]);
  parent.abort();
  expect(linked.signal.aborted).toBe(true);
  expect(new LinkedAbort(parent.signal).signal.aborted).toBe(true);
});

it('a signal that was unlinked does not follow its parent', () => {
  const parent = new AbortController();
  const linked = new LinkedAbort(parent.signal);
  linked.unlink();
  parent.abort();
  expect(linked.signal.aborted).toBe(false);
});
