import { type Clock } from '../config/clock.ts';
import { RedisUnavailable } from './redis-errors.ts';

/**
 * The result of the work.
 * @throws RedisUnavailable when it takes longer than `ms`
 */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const tooLate = Promise.withResolvers<never>();
  const timer = clock.after(ms, () => {
    tooLate.reject(new RedisUnavailable(`no answer within ${ms} ms`));
  });
  try {
    return await Promise.race([work, tooLate.promise]);
  } finally {
    timer.cancel();
  }
}
