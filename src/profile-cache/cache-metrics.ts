import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { Metrics } from '../telemetry/metrics.ts';

/** Counts what the cache does. Labels come from closed lists. */
@Injectable()
export class CacheMetrics {
  /** How reads were answered: `outcome` hit, stale, miss, partial, request or refused; `level` local, redis or none. */
  readonly reads: Counter<'outcome' | 'level'>;
  /** Fetches begun: because of a miss, stale or partial entry, a caller's request, or eagerly. */
  readonly refreshes: Counter<'reason'>;
  /** Reads that waited for the fetch of another read of this process. */
  readonly collapsed: Counter;
  /** `outcome` led, followed, unavailable or, of one that was led, lost. */
  readonly leases: Counter<'outcome'>;
  /** `outcome` written, superseded, forgotten, erased or failed. */
  readonly writes: Counter<'outcome'>;
  /** Values that could not be read and are replaced. */
  readonly unreadable: Counter;
  readonly entryBytes: Histogram;
  /** `direction` sent or received. */
  readonly invalidations: Counter<'direction'>;

  /** Hits since the metrics were last read. */
  private readonly hits = { local: 0, redis: 0 };

  constructor({ registry }: Metrics) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `profile_cache_${name}_total`, help, labelNames, registers });
    this.reads = new Counter({
      name: 'profile_cache_reads_total',
      help: 'Reads by outcome, and where the entry was found.',
      labelNames: ['outcome', 'level'],
      registers,
      collect: () => {
        this.flushHits();
      },
    });
    this.refreshes = counter('refreshes', 'Fetches begun, by reason.', 'reason');
    this.collapsed = counter('collapsed_reads', 'Reads that joined a fetch in progress in this process.');
    this.leases = counter('leases', 'Refreshes led for the fleet or followed, by outcome.', 'outcome');
    this.writes = counter('writes', 'Entries written to Redis, or not, by outcome.', 'outcome');
    this.unreadable = counter('unreadable_values', 'Values in Redis that were corrupt, foreign or sealed otherwise.');
    this.invalidations = counter(
      'invalidations',
      'Invalidations, of a customer or wider, sent by this process or received from another one.',
      'direction',
    );
    this.entryBytes = new Histogram({
      name: 'profile_cache_entry_bytes',
      help: 'Size of entries as written.',
      buckets: [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072],
      registers,
    });
  }

  /** Counts a hit in a plain number, which is added to the counter when the metrics are read. */
  hit(level: 'local' | 'redis'): void {
    this.hits[level] += 1;
  }

  private flushHits(): void {
    for (const level of ['local', 'redis'] as const) {
      if (this.hits[level] > 0) this.reads.inc({ outcome: 'hit', level }, this.hits[level]);
      this.hits[level] = 0;
    }
  }
}
