import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Clock, CLOCK_SKEW_MS, EXPIRY_MARGIN_MS } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type UpstreamClients } from '../config/organisations/upstream-clients.ts';
import { inTime } from '../redis/in-time.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { SingleFlight } from '../resilience/single-flight.ts';
import { type UpstreamName } from './upstream-error.ts';

/** A cooldown belongs to a client of an upstream, or to one of its operations: organisations with the same credentials share it. */
export interface CooldownKey {
  readonly upstream: UpstreamName;
  readonly organisation: string;
  readonly operation?: string;
}

/** A cooldown as it is in Redis: the milliseconds that the upstream asked for, and the end, epoch ms. */
const STORED = /^(\d+) (\d+)$/;

/**
 * Starts a cooldown, unless a longer one is in progress. It stores an end on the agreed time instead of an expiry, which
 * Redis's clock would move when it jumps.
 * KEYS: the cooldown. ARGV: milliseconds, now, how much longer the key is kept.
 */
const START_COOLDOWN = `
local ms, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local asked, endsAt = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
if asked and math.min(tonumber(asked), tonumber(endsAt) - now) >= ms then return 0 end
redis.call('SET', KEYS[1], string.format('%d %d', ms, now + ms), 'PX', ms + tonumber(ARGV[3]))
return 1
`;

/** The owner of an upstream's cooldown. An identity provider is called for no organisation: its address stands for its client. */
const CLIENT_OF: Readonly<Record<Exclude<UpstreamName, 'identity-provider'>, keyof UpstreamClients>> = {
  reseller: 'resellerClient',
  'reseller-token': 'issuerClient',
  billing: 'billingClient',
};

/** How long Redis's answer that there is no cooldown is trusted. So a process obeys a 429 of another one this much later at most. */
const NONE_HOLDS_MS = 50;
/** How long a slow answer is trusted after its arrival, so that the call that asked for it can use it. */
const NONE_HOLDS_AFTER_MS = 10;

/**
 * Cooldowns that upstreams asked for with `Retry-After`. All processes that share a Redis obey them. While Redis is
 * unavailable each process obeys its own. Concurrent calls share one command to Redis.
 */
@Injectable()
export class Cooldowns {
  /** Monotonic milliseconds at which the cooldown ends. */
  private readonly endsAt = new Map<string, number>();
  /** The ends that this process has stored last, epoch milliseconds. */
  private readonly storedEnds = new Map<string, number>();
  /** Monotonic milliseconds until which Redis is known to have no cooldown. */
  private readonly noneUntil = new Map<string, number>();
  private readonly questions: SingleFlight<number>;
  private readonly identityProvider: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {
    this.questions = new SingleFlight(clock);
    const { auth } = config;
    this.identityProvider = auth.mode === 'jwt' ? hash('sha256', auth.jwksUrl, 'base64url').slice(0, 12) : '';
  }

  /**
   * Milliseconds until calls are allowed; 0: now.
   * @param withinMs how long to wait for Redis; it also limits calls that join meanwhile
   */
  async remainingMs(key: CooldownKey, withinMs = Infinity): Promise<number> {
    const own = this.ownRemainingMs(key);
    if (own > 0) return own;
    const name = this.nameOf(key);
    if (this.clock.monotonic() < (this.noneUntil.get(name) ?? 0)) return 0;
    return this.ask(name, withinMs);
  }

  /** As `remainingMs`, for a cooldown that an upstream has asked of this process. */
  ownRemainingMs(key: CooldownKey): number {
    const endsAt = [this.nameOf(key), this.operationOf(key)].map((name) => this.endsAt.get(name) ?? 0);
    return Math.max(0, ...endsAt.map((at) => at - this.clock.monotonic()));
  }

  /** Allows no calls of this operation for at least `ms`, only in this process. */
  startForOperation(key: CooldownKey, ms: number): void {
    const name = this.operationOf(key);
    this.endsAt.set(name, Math.max(this.clock.monotonic() + ms, this.endsAt.get(name) ?? 0));
  }

  /** Allows no calls to the upstream for at least `ms`. A longer cooldown is not shortened. */
  start(key: CooldownKey, ms: number): void {
    const name = this.nameOf(key);
    this.endsAt.set(name, Math.max(this.clock.monotonic() + ms, this.endsAt.get(name) ?? 0));
    const [storedMs, now] = [Math.max(1, Math.ceil(ms)), this.clock.now()];
    this.storedEnds.set(name, now + storedMs);
    const values = [storedMs, now, EXPIRY_MARGIN_MS];
    void this.connection.tryRun((redis) => redis.eval(START_COOLDOWN, 1, redisKeyOf(name), ...values));
  }

  private nameOf({ upstream, organisation }: CooldownKey): string {
    if (upstream === 'identity-provider') return `${upstream}:${this.identityProvider}`;
    const clients = this.config.organisations.get(organisation);
    return `${upstream}:${clients?.[CLIENT_OF[upstream]] ?? organisation}`;
  }

  private operationOf(key: CooldownKey): string {
    return `${this.nameOf(key)}:${key.operation ?? ''}`;
  }

  /** Sends no other command before Redis has answered this one. */
  private ask(name: string, withinMs: number): Promise<number> {
    const { flight } = this.questions.join(
      name,
      () => true,
      () => {
        const answer = this.askRedis(name);
        const result = inTime(this.clock, withinMs, answer).catch(() => 0);
        return { result, soFar: () => undefined, joinableUntil: answer };
      },
    );
    return flight.result;
  }

  private async askRedis(name: string): Promise<number> {
    // The time before the command counts, because a cooldown may begin while the answer is on its way.
    const askedAt = this.clock.monotonic();
    const reply = await this.connection.tryRun((redis) => redis.get(redisKeyOf(name)));
    if (reply === undefined) return 0;
    const [, askedMs, endsAt] = (STORED.exec(String(reply)) ?? []).map(Number) as [number?, number?, number?];
    // The clock of another process that started it may be a little ahead, so no wait is shortened.
    const skewMs = endsAt === this.storedEnds.get(name) ? 0 : CLOCK_SKEW_MS;
    const leftMs = Math.min(askedMs ?? 0, (endsAt ?? 0) + skewMs - this.clock.now());
    if (leftMs > 0) return leftMs;
    this.noneUntil.set(name, Math.max(askedAt + NONE_HOLDS_MS, this.clock.monotonic() + NONE_HOLDS_AFTER_MS));
    return 0;
  }
}

const redisKeyOf = (name: string): string => `upstream-cooldown:{${name}}`;
