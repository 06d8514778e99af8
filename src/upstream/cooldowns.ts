import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { type UpstreamName } from './upstream-error.ts';

/** A cooldown belongs to an upstream, for one organisation. */
export interface CooldownKey {
  readonly upstream: UpstreamName;
  readonly organisation: string;
}

/**
 * Cooldowns that upstreams asked for with `Retry-After`. All processes that share a Redis obey them. While Redis is unavailable
 * each process obeys its own.
 */
@Injectable()
export class Cooldowns {
  /** Monotonic milliseconds at which the cooldown ends. */
  private readonly endsAt = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Milliseconds until calls are allowed; 0: now. */
  async remainingMs(key: CooldownKey): Promise<number> {
    const own = Math.max(0, (this.endsAt.get(nameOf(key)) ?? 0) - this.clock.monotonic());
    if (own > 0) return own;
    const shared = await this.connection.tryRun((redis) => redis.pttl(redisKey(key)));
    return typeof shared === 'number' ? Math.max(0, shared) : 0;
  }

  /** Allows no calls for at least `ms`. A longer cooldown is not shortened. */
  start(key: CooldownKey, ms: number): void {
    const until = this.clock.monotonic() + ms;
    this.endsAt.set(nameOf(key), Math.max(until, this.endsAt.get(nameOf(key)) ?? 0));
    const milliseconds = Math.max(1, Math.ceil(ms));
    void this.connection.tryRun((redis) =>
      redis.multi().set(redisKey(key), '1', 'PX', milliseconds, 'NX').pexpire(redisKey(key), milliseconds, 'GT').exec(),
    );
  }
}

const nameOf = ({ upstream, organisation }: CooldownKey): string => `${upstream}:${organisation}`;
const redisKey = (key: CooldownKey): string => `upstream-cooldown:{${nameOf(key)}}`;
