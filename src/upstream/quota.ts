import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RollingCount } from '../resilience/rolling-count.ts';

const WINDOW_MS = 5000;
const BUCKET_MS = 250;

/**
 * Counts a call in the rolling window unless the limit is reached. Redis's own clock is used, so that processes agree.
 * KEYS: the count. ARGV: limit, window in ms, bucket in ms. Returns granted (1 or 0), calls left, ms until one is free.
 */
const TAKE = `
local limit, window, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local bucket = math.floor(now / size)
local counts = redis.call('HGETALL', KEYS[1])
local total, oldest = 0, bucket
for i = 1, #counts, 2 do
  local at = tonumber(counts[i])
  if at < bucket - window / size then redis.call('HDEL', KEYS[1], counts[i])
  else
    total = total + tonumber(counts[i + 1])
    if at < oldest then oldest = at end
  end
end
if total >= limit then return { 0, 0, (oldest + window / size + 1) * size - now } end
redis.call('HINCRBY', KEYS[1], bucket, 1)
redis.call('PEXPIRE', KEYS[1], window + 2 * size)
return { 1, limit - total - 1, 0 }
`;

export interface QuotaAnswer {
  readonly granted: boolean;
  readonly left: number;
  /** When not granted: milliseconds until asking again makes sense. */
  readonly waitMs: number;
}

/**
 * Calls to the reseller customers API in a rolling five seconds, counted for all processes together. Without Redis each
 * process keeps to its own share.
 * @see upstreams: above 1,000 calls in 5 s a delay is added, above 1,500 the answer is 429
 */
@Injectable()
export class Quota {
  private readonly alone = new Map<string, RollingCount>();
  private readonly lastLeft = new Map<string, number>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Calls left when last asked; null when none was made yet. */
  left(organisation: string): number | null {
    return this.lastLeft.get(organisation) ?? null;
  }

  /** The least of all organisations' calls left; null when none was made yet. */
  leastLeft(): number | null {
    return this.lastLeft.size === 0 ? null : Math.min(...this.lastLeft.values());
  }

  async take(organisation: string): Promise<QuotaAnswer> {
    const answer = (await this.shared(organisation)) ?? this.own(organisation);
    this.lastLeft.set(organisation, answer.left);
    return answer;
  }

  private async shared(organisation: string): Promise<QuotaAnswer | null> {
    const { calls } = this.config.reseller.quota;
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(TAKE, 1, `upstream-quota:{reseller:${organisation}}`, calls, WINDOW_MS, BUCKET_MS),
    );
    if (!Array.isArray(reply)) return null;
    const [granted, left, waitMs] = reply.map(Number);
    return { granted: granted === 1, left: left ?? 0, waitMs: waitMs ?? BUCKET_MS };
  }

  private own(organisation: string): QuotaAnswer {
    const now = this.clock.monotonic();
    const limit = this.config.reseller.quota.callsLocal;
    const count = this.alone.get(organisation) ?? new RollingCount(WINDOW_MS, WINDOW_MS / BUCKET_MS);
    this.alone.set(organisation, count);
    const used = count.total(now);
    if (used >= limit) return { granted: false, left: 0, waitMs: count.nextDropMs(now) };
    count.add(now);
    return { granted: true, left: limit - used - 1, waitMs: 0 };
  }
}
