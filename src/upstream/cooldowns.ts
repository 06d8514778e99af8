import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { type UpstreamName } from './upstream-error.ts';

/** A cooldown belongs to an upstream, or to one of its operations, for one organisation. */
export interface CooldownKey {
  readonly upstream: UpstreamName;
  readonly organisation: string;
  readonly operation?: string;
}

/** So long Redis's answer that there is no cooldown holds. A 429 that another process meets is obeyed this much later at most. */
const NONE_HOLDS_MS = 50;

/**
 * Cooldowns that upstreams asked for with `Retry-After`. All processes that share a Redis obey them. While Redis is unavailable
 * each process obeys its own. Concurrent calls share one question to Redis.
 */
@Injectable()
export class Cooldowns {
  /** Monotonic milliseconds at which the cooldown ends. */
  private readonly endsAt = new Map<string, number>();
  /** Monotonic milliseconds until which Redis is known to have no cooldown. */
  private readonly noneUntil = new Map<string, number>();
  private readonly questions = new Map<string, Promise<number>>();

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Milliseconds until calls are allowed; 0: now. */
  async remainingMs(key: CooldownKey): Promise<number> {
    const own = this.ownRemainingMs(key);
    if (own > 0) return own;
    const name = nameOf(key);
    if (this.clock.monotonic() < (this.noneUntil.get(name) ?? 0)) return 0;
    const question = this.questions.get(name) ?? this.askRedis(name);
    this.questions.set(name, question);
    return question;
  }

  /** As `remainingMs`, of a cooldown that this process was asked for itself. */
  ownRemainingMs(key: CooldownKey): number {
    const endsAt = [nameOf(key), operationOf(key)].map((name) => this.endsAt.get(name) ?? 0);
    return Math.max(0, ...endsAt.map((at) => at - this.clock.monotonic()));
  }

  /** Allows no calls of this operation for at least `ms`, in this process alone. */
  startForOperation(key: CooldownKey, ms: number): void {
    this.endsAt.set(operationOf(key), Math.max(this.clock.monotonic() + ms, this.endsAt.get(operationOf(key)) ?? 0));
  }

  /** Allows no calls to the upstream for at least `ms`. A longer cooldown is not shortened. */
  start(key: CooldownKey, ms: number): void {
    const until = this.clock.monotonic() + ms;
    this.endsAt.set(nameOf(key), Math.max(until, this.endsAt.get(nameOf(key)) ?? 0));
    const milliseconds = Math.max(1, Math.ceil(ms));
    const redisKey = redisKeyOf(nameOf(key));
    void this.connection.tryRun((redis) =>
      redis.multi().set(redisKey, '1', 'PX', milliseconds, 'NX').pexpire(redisKey, milliseconds, 'GT').exec(),
    );
  }

  private async askRedis(name: string): Promise<number> {
    // From before the question, as a cooldown may begin while its answer is on the way.
    const noneUntil = this.clock.monotonic() + NONE_HOLDS_MS;
    const leftMs = await this.connection.tryRun((redis) => redis.pttl(redisKeyOf(name)));
    this.questions.delete(name);
    if (typeof leftMs !== 'number') return 0;
    if (leftMs <= 0) this.noneUntil.set(name, noneUntil);
    return Math.max(0, leftMs);
  }
}

const nameOf = ({ upstream, organisation }: CooldownKey): string => `${upstream}:${organisation}`;
const operationOf = (key: CooldownKey): string => `${nameOf(key)}:${key.operation ?? ''}`;
const redisKeyOf = (name: string): string => `upstream-cooldown:{${name}}`;
