import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Deadline } from '../../src/resilience/deadline.ts';
import { TestClock } from '../support/test-clock.ts';

const onTimeout = (): string => 'timeout';

let clock: TestClock;

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
});

describe('a deadline', () => {
  it('fires its signal when its time is up; that is no cancellation', () => {
    const deadline = new Deadline(clock, 30);
    clock.advance(29);
    expect([deadline.remainingMs(), deadline.signal.aborted]).toStrictEqual([1, false]);
    clock.advance(1);
    expect([deadline.signal.aborted, deadline.expired]).toStrictEqual([true, true]);
    expect([deadline.remainingMs(), deadline.cancelled]).toStrictEqual([0, false]);
  });

  it('fires when its parent does; that is one', () => {
    const parent = new AbortController();
    const deadline = new Deadline(clock, 60_000, new Deadline(clock, 60_000, parent.signal).signal);
    parent.abort();
    expect([deadline.signal.aborted, deadline.cancelled]).toStrictEqual([true, true]);
  });

  it('fires also when memory is collected while it is waited for', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const waiting = Array.from({ length: 20 }, () =>
      new Deadline(clock, 100, new AbortController().signal).race(new Promise<string>(() => undefined), onTimeout),
    );
    collect();
    clock.advance(100);
    expect(await Promise.all(waiting)).toStrictEqual(Array(20).fill('timeout'));
  });

  it('gives what the work comes to, or its failure, when that is first', async () => {
    const deadline = new Deadline(clock, 60_000);
    expect(await deadline.race(Promise.resolve('done'), onTimeout)).toBe('done');
    await expect(deadline.race(Promise.reject(new Error('broken')), onTimeout)).rejects.toThrow('broken');
    const past = new Deadline(clock, 60_000, AbortSignal.abort());
    expect(await past.race(new Promise<string>(() => undefined), onTimeout)).toBe('timeout');
  });

  it('waits for work that takes its time, and passes on what the end of its time throws', async () => {
    const deadline = new Deadline(clock, 30);
    let timeouts = 0;
    const slow = deadline.race(turn('done'), () => String((timeouts += 1)));
    expect(await slow).toBe('done');
    const late = deadline.race(new Promise<string>(() => undefined), () => {
      throw new Error('late');
    });
    clock.advance(30);
    await expect(late).rejects.toThrow('late');
    expect(timeouts).toBe(0);
  });

  it('tells a cancellation from the end of its time, and does not expire after it', () => {
    const parent = new AbortController();
    const [ended, cancelled] = [new Deadline(clock, 30), new Deadline(clock, 60, parent.signal)];
    expect([ended.expired, cancelled.expired]).toEqual([false, false]);
    clock.advance(30);
    parent.abort();
    expect([ended.cancellation.aborted, cancelled.cancellation.aborted]).toEqual([false, true]);
    clock.advance(60);
    expect([ended.expired, cancelled.expired]).toEqual([true, false]);
  });

  it('that is disposed of never fires', () => {
    const parent = new AbortController();
    const deadline = new Deadline(clock, 30, parent.signal);
    deadline.dispose();
    expect(clock.isSet(() => true)).toBe(false);
    parent.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});
