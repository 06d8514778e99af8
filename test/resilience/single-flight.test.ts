import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../support/test-clock.ts';
import { Deadline } from '../../src/resilience/deadline.ts';
import { SingleFlight } from '../../src/resilience/single-flight.ts';

let clock: TestClock;

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
});

const overdue = (): Error => new Error('overdue');

/** A call that ends when it is told to, and remembers how often it was begun and its own deadlines. */
function controlled(): {
  readonly begun: Deadline[];
  readonly start: (own: Deadline) => Promise<string>;
  readonly end: PromiseWithResolvers<string>;
} {
  const end = Promise.withResolvers<string>();
  const begun: Deadline[] = [];
  return { begun, end, start: (own) => (begun.push(own), end.promise) };
}

describe('identical concurrent calls', () => {
  it('are one, whose result all get; the next one begins anew', async () => {
    const calls = new SingleFlight(clock);
    const { begun, start, end } = controlled();
    const join = (): Promise<string> => calls.run('key', new Deadline(clock, 60_000), 60_000, start, overdue);
    const waiters = [join(), join(), join()];
    const other = calls.run('other', new Deadline(clock, 60_000), 60_000, () => Promise.resolve('its own'), overdue);
    end.resolve('the result');
    expect(await Promise.all(waiters)).toStrictEqual(['the result', 'the result', 'the result']);
    expect(await other).toBe('its own');
    expect(begun).toHaveLength(1);
    await join();
    expect(begun).toHaveLength(2);
  });

  it('fail together, and the failure is not kept', async () => {
    const calls = new SingleFlight(clock);
    const { start, end } = controlled();
    const waiters = [1, 2].map(() => calls.run('key', new Deadline(clock, 60_000), 60_000, start, overdue));
    end.reject(new Error('broken'));
    const results = await Promise.allSettled(waiters);
    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(await calls.run('key', new Deadline(clock, 60_000), 60_000, () => Promise.resolve('well'), overdue)).toBe(
      'well',
    );
  });

  it('go on for who stays when one leaves at its own deadline, and are aborted when the last has left', async () => {
    const calls = new SingleFlight(clock);
    const { begun, start } = controlled();
    const last = new AbortController();
    const short = calls.run('key', new Deadline(clock, 10), 60_000, start, overdue);
    const long = calls.run('key', new Deadline(clock, 60_000, last.signal), 60_000, start, overdue);
    clock.advance(10);
    await expect(short).rejects.toThrow('overdue');
    expect(begun.map(({ signal }) => signal.aborted)).toStrictEqual([false]);
    last.abort();
    await expect(long).rejects.toThrow('overdue');
    expect(begun.map(({ signal, cancelled }) => [signal.aborted, cancelled])).toStrictEqual([[true, true]]);
  });

  it('are not joined by who comes after the last has left', async () => {
    const calls = new SingleFlight(clock);
    const { start } = controlled();
    const waiter = calls.run('key', new Deadline(clock, 1), 60_000, start, overdue);
    clock.advance(1);
    await expect(waiter).rejects.toThrow('overdue');
    const after = calls.run('key', new Deadline(clock, 60_000), 60_000, () => Promise.resolve('anew'), overdue);
    expect(await after).toBe('anew');
  });
});
