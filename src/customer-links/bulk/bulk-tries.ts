import { type Clock } from '../../config/clock.ts';
import { isRedisDown, isReply, RedisUnavailable } from '../../redis/redis-errors.ts';
import { UnreadableLink } from '../customer-link.ts';

/** Before each further try. Together they are long enough for a restart or a failover of Redis. */
export const PAUSES_MS = [300, 600, 1500, 2400, 2400, 2400, 2400] as const;

/** Of the replies after which another try makes sense, those of a Redis that answers: a failover is not over. */
const LATER = /^(READONLY|NOREPLICAS|BUSY)\b/;

/**
 * The result of the work, which is tried again, after a pause, while its failure is temporary.
 * @throws the last failure, or the signal's reason when it is aborted in a pause
 */
export async function withTries<T>(clock: Clock, left: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (const ms of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isTemporary(error)) throw error;
    }
    await clock.sleep(ms, left);
  }
  return work();
}

/** Whether what failed may succeed a moment later. */
export function isTemporary(error: unknown): boolean {
  if (isReply(error)) return isRedisDown(error) || LATER.test(error.message);
  return error instanceof RedisUnavailable && !(error instanceof UnreadableLink);
}
