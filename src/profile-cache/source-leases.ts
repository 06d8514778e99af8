import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { RedisLeases } from '../redis/lease.ts';
import { type RedisTime } from '../redis/redis-time.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { CacheBus } from './cache-bus.ts';
import { customerHash, leaseKey, type ProfileKey } from './cache-keys.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

/** How long a leader that dies delays its followers. A leader that lives renews its lease. */
const LEASE_MS = 800;
/** How long a follower waits before it looks again, when it receives no events. */
const POLL_INTERVAL_MS = 100;

/** Whether this process fetches a source: `led`; `followed`: another process did, and has finished; `unavailable`: Redis did not answer. */
export type LeaseOutcome = 'led' | 'followed' | 'unavailable';

/**
 * Makes one process of the fleet fetch a source while the others wait for its write. It only saves calls: without Redis
 * every process fetches for itself.
 */
@Injectable()
export class SourceLeases {
  constructor(
    private readonly clock: Clock,
    private readonly leases: RedisLeases,
    private readonly bus: CacheBus,
    private readonly metrics: CacheMetrics,
    private readonly wide: WideInvalidations,
    private readonly tombstones: Tombstones,
  ) {}

  /**
   * Requests the leases on several sources at once.
   * @param generation the customer's, as read
   * @param redisTime how long to wait for Redis
   */
  request(key: ProfileKey, sources: readonly string[], generation: string, redisTime: RedisTime): LeaseRequest {
    const bySource = this.namesOf(key, sources, generation);
    const nameOf = (source: string): string => bySource.get(source) ?? '';
    const names = [...bySource.values()];
    const news = new Map(names.map((name) => [name, this.bus.once(name)]));
    const options = {
      ttlMs: LEASE_MS,
      onLost: () => {
        this.metrics.leases.inc({ outcome: 'lost' });
      },
      onRelease: {
        channel: this.bus.channel,
        message: (released: readonly string[]) => this.bus.endedMessage(released),
      },
    };
    const acquired = redisTime.waitFor((leftMs) => this.leases.acquire(names, options, leftMs));
    void acquired.then((found) => {
      for (const [name, { stop }] of news) if (!found?.taken.has(name)) stop();
      if (!found) this.metrics.leases.inc({ outcome: 'unavailable' });
      else if (found.granted.length > 0) this.metrics.leases.inc({ outcome: 'led' });
      else this.metrics.leases.inc({ outcome: 'followed' });
    });
    return {
      outcomeOf: async (source, signal) => {
        const found = await acquired;
        if (!found) return 'unavailable';
        const name = nameOf(source);
        const leftMs = found.taken.get(name);
        if (leftMs === undefined) return 'led';
        await this.wait(news.get(name)?.ended ?? Promise.resolve(), leftMs, signal);
        return 'followed';
      },
      release: async (released) => {
        const given = released.map((source) => nameOf(source));
        for (const name of given) news.get(name)?.stop();
        await (await acquired)?.release(given);
      },
    };
  }

  /** The names of the leases, by source. An invalidation changes them, so that a later read never follows an earlier fetch. */
  private namesOf(key: ProfileKey, sources: readonly string[], generation: string): ReadonlyMap<string, string> {
    const numbers = this.wide.of(key.organisation);
    // Where customers can be erased, no lease names one.
    const owner = this.tombstones.keyOf(key) ?? customerHash(key);
    return new Map(
      sources.map((source) => {
        const since = `${generation}-${numbers.ofAnyones(source)}`;
        return [source, leaseKey(owner, key, source, since)];
      }),
    );
  }

  /** Waits until the leader announces its end, or until its lease may have expired. */
  private async wait(ended: Promise<void>, leftMs: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.bus.isConnected ? leftMs : Math.min(leftMs, POLL_INTERVAL_MS);
    const over = new AbortController();
    const end = (): void => {
      over.abort();
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await Promise.race([ended, this.clock.sleep(waitMs, over.signal).catch(() => undefined)]);
    end();
    signal.removeEventListener('abort', end);
  }
}

/** Leases that were requested together. */
export interface LeaseRequest {
  /** When another process holds a source's lease, waits until it has finished. @param signal ends the wait */
  outcomeOf(source: string, signal: AbortSignal): Promise<LeaseOutcome>;
  /** Releases the granted ones of these leases, and notifies the processes that wait. */
  release(sources: readonly string[]): Promise<void>;
}
