import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Clock, CLOCK_TOLERANCE_MS, type Timer } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { inTime } from '../../redis/in-time.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { LocalQuota } from './local-quota.ts';
import { KEPT, type QuotaUser } from './quota-user.ts';

export const QUOTA_WINDOW_MS = 5000;
const BUCKET_MS = 250;
/** Processes agree on the time within these. */
const AHEAD_BUCKETS = CLOCK_TOLERANCE_MS / BUCKET_MS;

/**
 * Counts a call in the rolling window unless the limit is reached, or the remaining calls are kept for others. Calls before the window do
 * not count, nor do calls after now, which a clock counted that was put back since.
 * The fields of the count: `<bucket>` all calls, `<bucket>:<user>` those of one user, and `?<user>` when the user asked last, how often in
 * the last window (fading), and its share.
 * KEYS: the count. ARGV: limit, window in ms, bucket in ms, now, user, its share, its ceiling. Returns granted (1 or 0), calls
 * left, ms until one may be free, and the bucket in which the call is counted.
 */
const TAKE = `
local limit, window, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now, user, share, ceiling = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local bucket, buckets = math.floor(now / size), window / size
local counts = redis.call('HGETALL', KEYS[1])
local total, oldest, granted, asked = 0, bucket, {}, {}
for i = 1, #counts, 2 do
  local field, value = counts[i], counts[i + 1]
  local at, of = string.match(field, '^(%-?%d+):?(.*)$')
  if at then
    at = tonumber(at)
    if at < bucket - buckets or at > bucket + ${AHEAD_BUCKETS} then redis.call('HDEL', KEYS[1], field)
    elseif of == '' then
      total = total + tonumber(value)
      if at < oldest then oldest = at end
    else granted[of] = (granted[of] or 0) + tonumber(value) end
  else
    local last, recent, part = string.match(value, '^(%S+) (%S+) (%S+)$')
    local faded = tonumber(recent) * math.min(1, math.max(0, 1 - (bucket - tonumber(last)) / buckets))
    if faded == 0 then redis.call('HDEL', KEYS[1], field)
    else asked[string.sub(field, 2)] = { faded, tonumber(part) } end
  end
end
local recent = (asked[user] and asked[user][1] or 0) + 1
redis.call('HSET', KEYS[1], '?' .. user, bucket .. ' ' .. recent .. ' ' .. share)
redis.call('PEXPIRE', KEYS[1], window + 2 * size)
if total >= limit then return { 0, 0, math.min((oldest + buckets + 1) * size - now, window + size) } end
local own = granted[user] or 0
if own >= ceiling * limit then return { 0, 0, size } end
if own >= share * limit then
  local kept = 0
  for name, of in pairs(asked) do
    if name ~= user then
      kept = kept + math.max(0, math.min(of[2] * limit, ${KEPT.ofRecent} * of[1] + ${KEPT.more}) - (granted[name] or 0))
    end
  end
  if total + kept >= limit then return { 0, 0, size } end
end
redis.call('HINCRBY', KEYS[1], bucket, 1)
redis.call('HINCRBY', KEYS[1], bucket .. ':' .. user, 1)
return { 1, limit - total - 1, 0, bucket }
`;

/** Takes a call out of the bucket in which it was counted. KEYS: the count. ARGV: the bucket, the user. */
const GIVE_BACK = `
for _, field in ipairs({ ARGV[1], ARGV[1] .. ':' .. ARGV[2] }) do
  local calls = tonumber(redis.call('HGET', KEYS[1], field) or 0)
  if calls > 1 then redis.call('HINCRBY', KEYS[1], field, -1) else redis.call('HDEL', KEYS[1], field) end
end
return 1
`;

export interface QuotaAnswer {
  readonly granted: boolean;
  readonly left: number;
  /** Calls in five seconds, those that are used among them. */
  readonly calls: number;
  /** When not granted: milliseconds until the next call may be granted. */
  readonly waitMs: number;
  /** Gives the grant back when its call is not made after all. Call it once. */
  readonly giveBack: () => void;
}

/** How long a grant that was taken ahead waits for its call, beyond the wait for Redis. */
const AHEAD_MS = 250;

interface GrantAhead {
  readonly answer: Promise<QuotaAnswer>;
  readonly expiry: Timer;
}

const nothingToGiveBack = (): void => undefined;

/**
 * Calls to the reseller customers API in a rolling five seconds, counted for all processes and organisations of a client together. Without
 * Redis each process keeps to its own share.
 * @see upstreams: above 1,000 calls in 5 s a delay is added, above 1,500 the answer is 429
 */
@Injectable()
export class Quota {
  private readonly alone = new Map<string, LocalQuota>();
  private readonly last = new Map<string, Pick<QuotaAnswer, 'left' | 'calls'>>();
  private readonly ahead = new Map<string, GrantAhead[]>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Calls left at the last call; null before the first one. */
  left(organisation: string): number | null {
    return this.last.get(this.clientOf(organisation))?.left ?? null;
  }

  /**
   * The calls left at the last call of the organisation that has the smallest share left, and how many there are; null before the first
   * call.
   */
  lowestLeft(): Pick<QuotaAnswer, 'left' | 'calls'> | null {
    const [least = null] = [...this.last.values()].sort((a, b) => a.left / a.calls - b.left / b.calls);
    return least;
  }

  /**
   * Asks for a grant before its call is made, to save the call a round trip. It is given back when no call takes it soon.
   * @param withinMs how long to wait for Redis
   */
  takeAhead(organisation: string, user: QuotaUser, withinMs: number): void {
    const client = this.clientOf(organisation);
    const name = aheadOf(client, user);
    const grants = this.ahead.get(name) ?? [];
    this.ahead.set(name, grants);
    const answer = this.ask(client, user, withinMs);
    const expiry = this.clock.after(AHEAD_MS + (Number.isFinite(withinMs) ? withinMs : 0), () => {
      grants.splice(grants.indexOf(grant), 1);
      if (grants.length === 0 && this.ahead.get(name) === grants) this.ahead.delete(name);
      void answer.then(({ giveBack }) => {
        giveBack();
      });
    });
    const grant = { answer, expiry };
    grants.push(grant);
  }

  async take(organisation: string, user: QuotaUser): Promise<QuotaAnswer> {
    const client = this.clientOf(organisation);
    const name = aheadOf(client, user);
    const grants = this.ahead.get(name);
    const grant = grants?.shift();
    if (grants?.length === 0) this.ahead.delete(name);
    if (!grant) return this.ask(client, user);
    grant.expiry.cancel();
    return grant.answer;
  }

  /** Organisations with the same credentials share one quota. */
  private clientOf(organisation: string): string {
    return this.config.organisations.get(organisation)?.resellerClient ?? organisation;
  }

  private async ask(client: string, user: QuotaUser, withinMs = Infinity): Promise<QuotaAnswer> {
    const shared = this.shared(client, user);
    const inTimeOrNot = await inTime(this.clock, withinMs, shared).catch(() => {
      void shared.then((late) => late?.giveBack());
      return null;
    });
    const answer = inTimeOrNot ?? this.own(client, user);
    this.last.set(client, { left: answer.left, calls: answer.calls });
    return answer;
  }

  private async shared(
    client: string,
    { name, limits: { quotaShare, quotaCeiling } }: QuotaUser,
  ): Promise<QuotaAnswer | null> {
    const { calls } = this.config.reseller.quota;
    const key = `upstream-quota:{reseller:${client}}`;
    const user = digestOf(name);
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(TAKE, 1, key, calls, QUOTA_WINDOW_MS, BUCKET_MS, this.clock.now(), user, quotaShare, quotaCeiling),
    );
    if (!Array.isArray(reply)) return null;
    const [granted, left = 0, waitMs = BUCKET_MS, bucket = 0] = reply.map(Number);
    if (granted !== 1) return { granted: false, left, calls, waitMs, giveBack: nothingToGiveBack };
    const giveBack = (): void => {
      void this.connection.tryRun((redis) => redis.eval(GIVE_BACK, 1, key, bucket, user));
    };
    return { granted: true, left, calls, waitMs, giveBack };
  }

  private own(client: string, user: QuotaUser): QuotaAnswer {
    const quota = this.alone.get(client) ?? new LocalQuota(QUOTA_WINDOW_MS, QUOTA_WINDOW_MS / BUCKET_MS);
    this.alone.set(client, quota);
    const { callsLocal: calls } = this.config.reseller.quota;
    const { left, giveBack, waitMs } = quota.take(calls, user, this.clock.monotonic());
    return { granted: giveBack !== null, left, calls, waitMs, giveBack: giveBack ?? nothingToGiveBack };
  }
}

const aheadOf = (client: string, { name }: QuotaUser): string => `${client} ${name}`;

/** A name of any length and any characters, for a field of a hash. */
const digestOf = (name: string): string => hash('sha256', name, 'base64url').slice(0, 12);
