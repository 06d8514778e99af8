import { type ClientClock, type ClientOptions, CustomerProfileClient } from '../../client/src/index.ts';
import { TestClock } from '../support/test-clock.ts';

/** The client's time is the test's. */
export function clientClock(clock: TestClock): ClientClock {
  return {
    now: () => clock.monotonic(),
    timeOfDay: () => clock.timeOfDay(),
    after: (ms, fire) => {
      const timer = clock.after(ms, fire);
      return () => {
        timer.cancel();
      };
    },
  };
}

export function stoppedClock(): TestClock {
  const clock = new TestClock();
  clock.stop();
  return clock;
}

/** A client of the service there, with the time of `clock`. */
export function clientAt(
  { url, clock }: { url: string; clock: TestClock },
  more: Partial<ClientOptions> = {},
): CustomerProfileClient {
  return new CustomerProfileClient({ baseUrl: url, clock: clientClock(clock), ...more });
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
