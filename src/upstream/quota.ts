import { Injectable } from '@nestjs/common';
import { Clock, CLOCK_TOLERANCE_MS, type Timer } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { inTime } from '../redis/in-time.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RollingCount } from '../resilience/rolling-count.ts';

const WINDOW_MS = 5000;
const BUCKET_MS = 250;
/** Processes agree on the time within these. */
const AHEAD_BUCKETS = CLOCK_TOLERANCE_MS / BUCKET_MS;

/**
 * Counts a call in the rolling window unless the limit is reached. What was counted before the window, or after now, by a clock
 * that was put back since, does not count.
 * KEYS: the count. ARGV: limit, window in ms, bucket in ms, now. Returns granted (1 or 0), calls left, ms until one is free, and the
 * bucket in which the call is counted.
 */
const TAKE = `
local limit, window, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
local bucket = math.floor(now / size)
local counts = redis.call('HGETALL', KEYS[1])
local total, oldest = 0, bucket
for i = 1, #counts, 2 do
  local at = tonumber(counts[i])
  if at < bucket - window / size or at > bucket + ${AHEAD_BUCKETS} then redis.call('HDEL', KEYS[1], counts[i])
  else
    total = total + tonumber(counts[i + 1])
    if at < oldest then oldest = at end
  end
end
if total >= limit then return { 0, 0, math.min((oldest + window / size + 1) * size - now, window + size) } end
redis.call('HINCRBY', KEYS[1], bucket, 1)
redis.call('PEXPIRE', KEYS[1], window + 2 * size)
return { 1, limit - total - 1, 0, bucket }
`;

/** Takes a call out of the bucket in which it was counted. KEYS: the count. ARGV: the bucket. */
const GIVE_BACK = `
local calls = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
if calls > 1 then return redis.call('HINCRBY', KEYS[1], ARGV[1], -1) end
return redis.call('HDEL', KEYS[1], ARGV[1])
`;

export interface QuotaAnswer {
  readonly granted: boolean;
  readonly left: number;
  /** When not granted: milliseconds until the next call may be granted. */
  readonly waitMs: number;
  /** For a grant whose call is not made after all: another call may have it. Call it once. */
  readonly giveBack: () => void;
}

/** So long a grant that was taken ahead waits for its call, beyond the wait for Redis. */
const AHEAD_MS = 250;

interface GrantAhead {
  readonly answer: Promise<QuotaAnswer>;
  readonly expiry: Timer;
}

const nothingToGiveBack = (): void => undefined;

/**
 * Calls to the reseller customers API in a rolling five seconds, counted for all processes and organisations of a client together. Without Redis each
 * process keeps to its own share.
 * @see upstreams: above 1,000 calls in 5 s a delay is added, above 1,500 the answer is 429
 */
@Injectable()
export class Quota {
  private readonly alone = new Map<string, RollingCount>();
  private readonly lastLeft = new Map<string, number>();
  private readonly ahead = new Map<string, GrantAhead[]>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Calls left at the last call; null before the first one. */
  left(organisation: string): number | null {
    return this.lastLeft.get(this.clientOf(organisation)) ?? null;
  }

  /** The lowest number of calls left of any organisation; null before the first call. */
  leastLeft(): number | null {
    return this.lastLeft.size === 0 ? null : Math.min(...this.lastLeft.values());
  }

  /** Asks for a grant before its call is made, to save the call a round trip. It is given back when no call takes it soon. @param withinMs how long to wait for Redis */
  takeAhead(organisation: string, withinMs: number): void {
    const client = this.clientOf(organisation);
    const grants = this.ahead.get(client) ?? [];
    this.ahead.set(client, grants);
    const answer = this.ask(client, withinMs);
    const expiry = this.clock.after(AHEAD_MS + (Number.isFinite(withinMs) ? withinMs : 0), () => {
      grants.splice(grants.indexOf(grant), 1);
      void answer.then(({ giveBack }) => {
        giveBack();
      });
    });
    const grant = { answer, expiry };
    grants.push(grant);
  }

  async take(organisation: string): Promise<QuotaAnswer> {
    const client = this.clientOf(organisation);
    const grant = this.ahead.get(client)?.shift();
    if (!grant) return this.ask(client);
    grant.expiry.cancel();
    return grant.answer;
  }

  /** Organisations with the same credentials share what the upstream allows. */
  private clientOf(organisation: string): string {
    return this.config.organisations.get(organisation)?.resellerClient ?? organisation;
  }

  private async ask(client: string, withinMs = Infinity): Promise<QuotaAnswer> {
    const shared = this.shared(client);
    const inTimeOrNot = await inTime(this.clock, withinMs, shared).catch(() => {
      void shared.then((late) => late?.giveBack());
      return null;
    });
    const answer = inTimeOrNot ?? this.own(client);
    this.lastLeft.set(client, answer.left);
    return answer;
  }

  private async shared(client: string): Promise<QuotaAnswer | null> {
    const { calls } = this.config.reseller.quota;
    const key = `upstream-quota:{reseller:${client}}`;
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(TAKE, 1, key, calls, WINDOW_MS, BUCKET_MS, this.clock.now()),
    );
    if (!Array.isArray(reply)) return null;
    const [granted, left = 0, waitMs = BUCKET_MS, bucket = 0] = reply.map(Number);
    if (granted !== 1) return { granted: false, left, waitMs, giveBack: nothingToGiveBack };
    const giveBack = (): void => {
      void this.connection.tryRun((redis) => redis.eval(GIVE_BACK, 1, key, bucket));
    };
    return { granted: true, left, waitMs, giveBack };
  }

  private own(client: string): QuotaAnswer {
    const now = this.clock.monotonic();
    const limit = this.config.reseller.quota.callsLocal;
    const count = this.alone.get(client) ?? new RollingCount(WINDOW_MS, WINDOW_MS / BUCKET_MS);
    this.alone.set(client, count);
    const used = count.total(now);
    if (used >= limit) return { granted: false, left: 0, waitMs: count.nextDropMs(now), giveBack: nothingToGiveBack };
    return { granted: true, left: limit - used - 1, waitMs: 0, giveBack: count.add(now) };
  }
}
