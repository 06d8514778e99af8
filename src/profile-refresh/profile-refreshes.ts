import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { CacheMetrics } from '../profile-cache/cache-metrics.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { type CacheRead, ProfileCache } from '../profile-cache/profile-cache.ts';
import { type Parts, type ProfileEntry, type ProfileKey } from '../profile-cache/profile-entry.ts';
import { type Lease, RefreshLeases } from '../profile-cache/refresh-leases.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Assembly } from './assembly.ts';
import { LookupIndexing } from '../customer-lookups/lookup-indexing.ts';
import { ProfileAssembler } from './profile-assembler.ts';
import { EntryBuilder } from './entry-builder.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { isConnector, isEnough, neededSources } from './freshness.ts';

/** Why a fetch is made, in the words of RFC 9211 where it has one. */
export type RefreshReason = 'miss' | 'partial' | 'stale' | 'request' | 'ahead';

interface Refresh {
  readonly assembly: Assembly;
  /** Settles when what was fetched is written, or is not going to be. */
  readonly kept: Promise<void>;
}

/**
 * Fetches, one for all who ask for the same: in this process by joining, in the fleet by a lease. What was fetched is
 * written behind the answers.
 */
@Injectable()
export class ProfileRefreshes implements BeforeApplicationShutdown {
  private readonly running = new Map<string, Set<Refresh>>();

  constructor(
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly leases: RefreshLeases,
    private readonly entries: EntryBuilder,
    private readonly assembler: ProfileAssembler,
    private readonly lookups: LookupIndexing,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Fetches behind answers end before anything they use is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.running.values()].flatMap((all) => [...all].map(({ kept }) => kept)));
  }

  /** The fetch under way that brings what the query needs, or a new one. */
  join(
    key: ProfileKey,
    query: ReadRequirements,
    read: CacheRead,
    reason: RefreshReason,
  ): { readonly assembly: Assembly; readonly collapsed: boolean } {
    // With the marks: what began before an invalidation is not joined by who comes after it.
    const { redis, local } = read.marks;
    const id = [key.organisation, key.customerId, key.variant, redis?.generation, local].join(':');
    const now = this.clock.now();
    const needed = neededSources(read.entry?.parts ?? {}, query, now);
    for (const { assembly } of this.running.get(id) ?? []) {
      // One that has ended is not written yet; it serves while what it found would do as an entry.
      const serves = !assembly.ended || isEnough(assembly.parts, query, now);
      if (!serves || assembly.signal.aborted || !needed.every((source) => assembly.asked.has(source))) continue;
      this.metrics.collapsed.inc();
      return { assembly, collapsed: true };
    }
    this.metrics.refreshes.inc({ reason });
    return { assembly: this.begin(id, key, query, read, needed), collapsed: false };
  }

  private begin(
    id: string,
    key: ProfileKey,
    query: ReadRequirements,
    read: CacheRead,
    needed: readonly SourceName[],
  ): Assembly {
    let turn: Turn = { lease: null, read };
    const known = (read.entry?.parts ?? {}) as ProfileParts;
    const assembly = new Assembly(new Set(needed), known, async (self) => {
      turn = await this.takeTurn(key, query, read, needed, self);
      if (turn.read) await this.assembler.assemble(query, self);
    });
    const refreshes = this.running.get(id) ?? new Set();
    const kept = assembly.done
      .then(() => this.keep(key, assembly, turn))
      .catch((error: unknown) => {
        this.log.error({ err: error }, 'a fetch failed, or could not be kept');
      })
      .then(() => turn.lease?.end())
      .then(() => this.lookups.note(key, assembly.fetched))
      .finally(() => {
        refreshes.delete(refresh);
        if (refreshes.size === 0 && this.running.get(id) === refreshes) this.running.delete(id);
      });
    // Stays registered until it is written, so that a concurrent miss joins it.
    const refresh = { assembly, kept };
    this.running.set(id, refreshes.add(refresh));
    return assembly;
  }

  /**
   * Waits for other processes that refresh the same, until there is what they were asked for or it is this one's turn.
   * Without Redis it is always this one's turn.
   */
  private async takeTurn(
    key: ProfileKey,
    query: ReadRequirements,
    first: CacheRead,
    needed: readonly SourceName[],
    assembly: Assembly,
  ): Promise<Turn> {
    let read = first;
    while (read.marks.redis) {
      const taken = await this.leases.take(key, read.marks.redis, needed.join(), assembly.signal);
      const lease = taken === 'ended' ? null : taken;
      const isAsRead = lease?.marks.generation === read.marks.redis.generation && lease.marks.version === read.marks.redis.version; // prettier-ignore
      if (taken === null || isAsRead) return { lease, read };
      read = await this.cache.read(key);
      const parts = (read.entry?.parts ?? {}) as ProfileParts;
      assembly.rebase(parts);
      if (assembly.signal.aborted || isEnough(parts, query, this.clock.now())) return { lease, read: null };
      if (lease) return { lease, read };
    }
    return { lease: null, read };
  }

  /** A failure without an older answer is kept for connectors alone, so that a customer is asked for again. */
  private async keep(key: ProfileKey, assembly: Assembly, { read, lease }: Turn): Promise<void> {
    if (!read || assembly.fetched.size === 0) return;
    const reseller = assembly.fetched.get('reseller');
    if (reseller?.state === 'customer_unknown') {
      await this.cache.replaceAll(this.entries.build(key, { reseller }), read.marks, lease);
      return;
    }
    // What was cut short because nobody waited for it says nothing about its source.
    const parts = Object.entries(assembly.parts).filter(([source, part]) => {
      if (!part.failure || !assembly.fetched.has(source as SourceName)) return true;
      return !assembly.signal.aborted && (isDefinite(part) || isConnector(source as SourceName));
    });
    const make = (made: Parts): ProfileEntry => this.entries.build(key, made);
    await this.cache.write(key, { parts: Object.fromEntries(parts), make }, read.marks, lease);
  }
}

/** This process's turn to fetch; `read` null: there is nothing to fetch any more. */
interface Turn {
  readonly lease: Lease | null;
  readonly read: CacheRead | null;
}
