import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { CACHE_BUS_CHANNEL, CacheBus } from './cache-bus.ts';
import { type ProfileKey } from './profile-entry.ts';
import { entriesKey, fenceKey, leaseKey, type LeaseProof, type RedisMarks } from './redis-keys.ts';
import { END_LEASE, RENEW_LEASE, TAKE_LEASE } from './redis-scripts.ts';

/** A leader that dies costs its followers this long; one that lives renews. */
const LEASE_MS = 800;
const RENEW_EVERY_MS = LEASE_MS / 4;
/** How long a follower that hears no news waits before it looks again. */
const POLL_INTERVAL_MS = 100;
/** A leader that comes back after longer than this is refused by the version of what was written meanwhile. */
const FENCE_KEPT_MS = 600_000;

/** A turn at refreshing, held for the whole fleet. */
export interface Lease extends LeaseProof {
  /** What Redis had when the lease began. */
  readonly marks: RedisMarks;
  /** Gives it back, and tells who waits. */
  end(): Promise<void>;
}

/**
 * Makes one process of the fleet refresh a customer while the others wait for what it writes. It only saves calls:
 * without Redis everyone goes on alone.
 */
@Injectable()
export class RefreshLeases {
  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly events: CacheBus,
    private readonly metrics: CacheMetrics,
  ) {}

  /**
   * @param sources what is to be refreshed; a refresh of other sources is another one
   * @param signal ends the wait
   * @returns the lease; 'ended' after having waited for another process's, when there may be something new in Redis; null
   * when there is none to be had
   */
  async take(
    key: ProfileKey,
    marks: RedisMarks,
    sources: string,
    signal: AbortSignal,
  ): Promise<Lease | 'ended' | null> {
    const name = leaseKey(key, marks.generation, sources);
    const owner = randomUUID();
    const news = this.events.once(name);
    try {
      const reply = await this.connection.tryRun((redis) =>
        redis.eval(TAKE_LEASE, 3, name, fenceKey(key), entriesKey(key), owner, LEASE_MS, FENCE_KEPT_MS),
      );
      if (!Array.isArray(reply) || (reply[0] !== 0 && reply[0] !== 1)) {
        this.metrics.leases.inc({ outcome: 'unavailable' });
        return null;
      }
      const [taken, ...more] = reply as [number, ...unknown[]];
      if (taken === 1) return this.lead(name, owner, more as string[]);
      this.metrics.leases.inc({ outcome: 'followed' });
      await this.wait(news.ended, Number(more[0]), signal);
      return 'ended';
    } finally {
      news.stop();
    }
  }

  private lead(name: string, owner: string, [fence = '', generation = '0', version = '0']: string[]): Lease {
    this.metrics.leases.inc({ outcome: 'led' });
    const renewal = this.clock.every(RENEW_EVERY_MS, () => {
      void this.connection
        .tryRun((redis) => redis.eval(RENEW_LEASE, 1, name, owner, LEASE_MS))
        .then((renewed) => {
          if (renewed !== 0) return;
          renewal.cancel();
          this.metrics.leases.inc({ outcome: 'lost' });
        });
    });
    return {
      ...{ name, owner, fence },
      marks: { generation, version },
      end: async () => {
        renewal.cancel();
        const message = this.events.message('ended', name);
        await this.connection.tryRun((redis) => redis.eval(END_LEASE, 1, name, owner, CACHE_BUS_CHANNEL, message));
      },
    };
  }

  /** Until the leader says that it has ended, or its lease may have run out. */
  private async wait(ended: Promise<void>, leftMs: number, signal: AbortSignal): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    const stop = (): void => {
      resolve(undefined);
    };
    const timer = this.clock.after(
      this.events.isConnected ? Math.max(1, leftMs) : Math.min(leftMs, POLL_INTERVAL_MS),
      stop,
    );
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([ended, over]);
    timer.cancel();
    signal.removeEventListener('abort', stop);
  }
}
