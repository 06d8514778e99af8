import { type Clock } from '../../config/clock.ts';
import { isRedisDown, isReply, RedisUnavailable } from '../../redis/redis-errors.ts';
import { UnreadableLink } from '../customer-link.ts';

/** The pauses before each retry. Together they are long enough for a restart or a failover of Redis. */
export const RETRY_DELAYS_MS = [300, 600, 1500, 2400, 2400, 2400, 2400] as const;

/** Error replies after which a retry makes sense: a failover is in progress. */
const RETRYABLE_REPLY = /^(READONLY|NOREPLICAS|BUSY)\b/;

/**
 * Does the work, and retries it after a pause while its failure is temporary.
 * @throws the last failure, or the signal's reason when it is aborted in a pause
 */
export async function withRetries<T>(clock: Clock, left: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (const ms of RETRY_DELAYS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isTemporary(error)) throw error;
    }
    await clock.sleep(ms, left);
  }
  return work();
}

/** Whether a retry may succeed. */
export function isTemporary(error: unknown): boolean {
  if (isReply(error)) return isRedisDown(error) || RETRYABLE_REPLY.test(error.message);
  return error instanceof RedisUnavailable && !(error instanceof UnreadableLink);
}
