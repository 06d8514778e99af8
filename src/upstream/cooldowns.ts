import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { RedisConnection } from '../redis/redis.connection.ts';
import { type UpstreamName } from './upstream.error.ts';

/** Who must be left alone: an upstream, for one organisation. */
export interface StandoffKey {
  readonly upstream: UpstreamName;
  readonly organisation: string;
}

/**
 * Upstreams that have told us, with `Retry-After`, to stay away for a while. What one process is told holds for every
 * process that shares the Redis; while Redis is away each keeps to what it was told itself.
 */
@Injectable()
export class Standoffs {
  /** Monotonic milliseconds at which the standoff ends. */
  private readonly told = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Milliseconds still to stay away; 0: call. */
  async remainingMs(key: StandoffKey): Promise<number> {
    const own = Math.max(0, (this.told.get(nameOf(key)) ?? 0) - this.clock.monotonic());
    if (own > 0) return own;
    const shared = await this.connection.attempt((redis) => redis.pttl(redisKey(key)));
    return typeof shared === 'number' ? Math.max(0, shared) : 0;
  }

  /** Stays away for at least `ms`; a longer standoff is never shortened. */
  begin(key: StandoffKey, ms: number): void {
    const until = this.clock.monotonic() + ms;
    this.told.set(nameOf(key), Math.max(until, this.told.get(nameOf(key)) ?? 0));
    const milliseconds = Math.max(1, Math.ceil(ms));
    void this.connection.attempt((redis) =>
      redis.multi().set(redisKey(key), '1', 'PX', milliseconds, 'NX').pexpire(redisKey(key), milliseconds, 'GT').exec(),
    );
  }
}

const nameOf = ({ upstream, organisation }: StandoffKey): string => `${upstream}:${organisation}`;
const redisKey = (key: StandoffKey): string => `upstream-standoff:{${nameOf(key)}}`;
