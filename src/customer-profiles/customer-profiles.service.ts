import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { CacheMetrics } from '../profile-cache/cache-metrics.ts';
import { NO_DEMAND } from '../profile-cache/demand.ts';
import { PartFactory } from '../profile-cache/part-factory.ts';
import { type Part } from '../profile-cache/part.ts';
import { EagerRefresh } from '../profile-cache/eager-refresh.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type ProfileEntry } from '../profile-cache/profile-entry.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Deadline } from '../resilience/deadline.ts';
import { type Assembly } from '../profile-refresh/assembly.ts';
import { forwardOutcome } from './forward-outcome.ts';
import { EntryBuilder } from '../profile-refresh/entry-builder.ts';
import { cacheKeyOf, sourcesOf } from '../profile-refresh/read-requirements.ts';
import { ProfileAnswers } from './profile-answers.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ProfileQuery } from './profile-query.ts';
import { ProfileRefreshes, type RefreshReason } from '../profile-refresh/profile-refreshes.ts';
import { holds, isConnector, isEnough, isNeeded, mayAnswer } from '../profile-refresh/freshness.ts';

/** An answer ready to be sent, and the way it came about. */
export interface ProfileAnswer {
  readonly stored: CachedResponse;
  readonly cache: CacheOutcome;
}

/** In the words of RFC 9211: a hit, or why it was forwarded upstream and what came of it. */
export type CacheOutcome =
  | {
      readonly hit: true;
      readonly level: 'local' | 'redis';
      readonly isStale: boolean;
      /** A refresh is under way behind the answer. */
      readonly isRefreshing: boolean;
    }
  | {
      readonly hit: false;
      readonly reason: 'miss' | 'partial' | 'stale' | 'request';
      /** Of the upstream; null when it gave none. */
      readonly status: number | null;
      /** Joined the fetch of another request. */
      readonly collapsed: boolean;
      /** Why a source has not answered, if one has not. */
      readonly detail: string | null;
    };

const LOCAL_HIT: CacheOutcome = { hit: true, level: 'local', isStale: false, isRefreshing: false };
const REDIS_HIT: CacheOutcome = { hit: true, level: 'redis', isStale: false, isRefreshing: false };

/** The aggregator: cache, then what is missing or due from the sources, then merge. */
@Injectable()
export class CustomerProfilesService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly partFactory: PartFactory,
    private readonly eagerRefresh: EagerRefresh,
    private readonly entries: EntryBuilder,
    private readonly answers: ProfileAnswers,
    private readonly refreshes: ProfileRefreshes,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * The profile, complete or saying what is missing.
   * @throws Problem when the customer is unknown, a required source gave no definite answer, or nothing is cached and no
   * source may be asked
   */
  async read(query: ProfileQuery): Promise<ProfileAnswer> {
    const key = cacheKeyOf(query);
    const local = this.cache.local(key);
    const hit = local && this.hit(local, 'local', query);
    if (hit) return hit;

    const read = await this.cache.read(key);
    const { entry, level } = read;
    const shared = entry && this.hit(entry, level, query);
    if (shared) return shared;

    const canServeStale = entry !== null && mayAnswer(entry.parts, query, this.clock.now());
    if (query.demand.onlyIfCached) {
      if (!canServeStale) throw this.refused();
      return this.stale(entry, level, query, false);
    }
    const reason = reasonOf(entry, query, this.clock.now());
    const { assembly, collapsed } = this.refreshes.join(key, query, read, reason);
    if (canServeStale && !(await this.isRefreshedSoon(assembly, query))) return this.stale(entry, level, query, true);
    await assembly.wait(query, query.deadline(), () => this.clock.now());

    const late = this.late(assembly, query);
    const parts = withoutUnlinked({ ...assembly.parts, ...late });
    this.metrics.reads.inc({ outcome: reason, level: 'none' });
    const outcome = forwardOutcome(assembly, late);
    return { stored: this.answers.show(query, parts), cache: { hit: false, reason, collapsed, ...outcome } };
  }

  /** The answer when the entry is enough as it is; when it is ready to be sent, without a look at its parts. */
  private hit(entry: ProfileEntry, level: 'local' | 'redis', query: ProfileQuery): ProfileAnswer | null {
    const now = this.clock.now();
    const ready = query.view.isWhole && entry.mergeKey === this.entries.mergeKey ? entry.answer : null;
    const isReady = ready !== null && now < ready.dueAt;
    if (!(isReady && query.demand === NO_DEMAND) && !isEnough(entry.parts, query, now)) return null;
    this.metrics.hit(level);
    const stored = isReady ? ready : this.answers.show(query, entry.parts);
    if (this.eagerRefresh.shouldRefresh(entry.key, stored.dueAt, now)) void this.refreshAhead(query);
    return { stored, cache: level === 'local' ? LOCAL_HIT : REDIS_HIT };
  }

  private stale(
    entry: ProfileEntry,
    level: 'local' | 'redis',
    query: ProfileQuery,
    isRefreshing: boolean,
  ): ProfileAnswer {
    const stored = this.answers.show(query, entry.parts);
    this.metrics.reads.inc({ outcome: 'stale', level });
    return { stored, cache: { hit: true, level, isStale: true, isRefreshing } };
  }

  private refused(): Problem {
    this.metrics.reads.inc({ outcome: 'refused', level: 'none' });
    return new Problem(
      'not_cached',
      'No cached response satisfies the request, and Cache-Control: only-if-cached allows no other.',
    );
  }

  /** Lets the refresh outlive the request, and waits up to `refreshWaitMs` for it, or not at all with `max-stale`. */
  private async isRefreshedSoon(assembly: Assembly, query: ProfileQuery): Promise<boolean> {
    this.goOnBehind(assembly, query);
    const waitMs = query.demand.maxStaleMs === null ? this.config.cache.refreshWaitMs : 0;
    const soon = new Deadline(this.clock, Math.min(waitMs, query.deadline().remainingMs()));
    try {
      return await assembly.isDoneWithin(soon);
    } finally {
      soon.dispose();
    }
  }

  /** Refreshes a customer that is read often before it is due, so that no read waits for it. */
  private async refreshAhead(query: ProfileQuery): Promise<void> {
    const early = { ...query, demand: { ...NO_DEMAND, minFreshMs: this.eagerRefresh.aheadMs } };
    const read = await this.cache.read(cacheKeyOf(query));
    if (read.entry && isEnough(read.entry.parts, early, this.clock.now())) return;
    this.goOnBehind(this.refreshes.join(cacheKeyOf(query), early, read, 'ahead').assembly, early);
  }

  private goOnBehind(assembly: Assembly, query: ProfileQuery): void {
    const deadline = new Deadline(this.clock, this.config.requestBudgetMs);
    assembly
      .wait(query, deadline, () => this.clock.now())
      .catch((error: unknown) => {
        this.log.error({ err: error }, 'a refresh behind an answer failed');
      });
  }

  /** What is still under way at the caller's deadline: it timed out for this caller. */
  private late(assembly: Assembly, query: ProfileQuery): ProfileParts {
    const { parts } = assembly;
    const now = this.clock.now();
    const late = sourcesOf(query).flatMap((source) => {
      const part: Part | undefined = parts[source];
      if (assembly.fetched.has(source) || !isNeeded(source, part, query, now)) return [];
      if (isConnector(source) && !parts.billing?.value) return [];
      return [[source, this.partFactory.fromFailure('timeout', part)] as const];
    });
    return Object.fromEntries(late);
  }
}

/** Why what is cached does not do. */
function reasonOf(entry: ProfileEntry | null, query: ProfileQuery, now: number): Exclude<RefreshReason, 'ahead'> {
  if (!entry) return 'miss';
  const parts = entry.parts as ProfileParts;
  if (!holds(parts, query, (_source, part) => part !== undefined)) return 'partial';
  return isEnough(parts, { ...query, demand: NO_DEMAND }, now) ? 'request' : 'stale';
}

function withoutUnlinked(parts: ProfileParts): ProfileParts {
  if (parts.billing?.value) return parts;
  const { reseller, billing } = parts;
  return { ...(reseller ? { reseller } : {}), ...(billing ? { billing } : {}) };
}
