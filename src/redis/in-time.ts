import { type Clock } from '../config/clock.ts';
import { RedisUnavailable } from './redis-errors.ts';

/**
 * Waits for the work.
 * @throws RedisUnavailable when it takes longer than `ms`
 */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  if (ms === Infinity) return work;
  if (ms <= 0) {
    work.catch(() => undefined); // Nobody waits for it.
    throw new RedisUnavailable('there is no time to wait for Redis');
  }
  const tooLate = Promise.withResolvers<never>();
  // The answer may have come while this process was busy; setImmediate lets it be read first.
  const timer = clock.after(ms, () =>
    setImmediate(() => {
      tooLate.reject(new RedisUnavailable(`no answer within ${ms} ms`));
    }),
  );
  try {
    return await Promise.race([work, tooLate.promise]);
  } finally {
    timer.cancel();
  }
}
