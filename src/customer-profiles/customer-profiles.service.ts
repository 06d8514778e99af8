import { Injectable } from '@nestjs/common';
import { Clock, CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CachedCustomer } from '../profile-cache/cached-customer.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { CacheMetrics } from '../profile-cache/cache-metrics.ts';
import { EagerRefresh } from '../profile-cache/eager-refresh.ts';
import { PartFactory } from '../profile-cache/part-factory.ts';
import { type Part } from '../profile-cache/part.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { isConnector, type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { planRead, type ReadPlan } from '../profile-refresh/plan-read.ts';
import { cacheKeyOf } from '../profile-refresh/read-requirements.ts';
import { type Refresh, RefreshCoordinator } from '../profile-refresh/refresh-coordinator.ts';
import { type RefreshOutcome } from '../profile-refresh/refresh-job.ts';
import { ResponseBuilder } from '../profile-refresh/response-builder.ts';
import { Deadline } from '../resilience/deadline.ts';
import { forwardStatus } from './forward-status.ts';
import { hasJoinedLate } from './late-joiner.ts';
import { ProfileAnswers } from './profile-answers.ts';
import { type ProfileQuery } from './request/profile-query.ts';

/** An answer ready to be sent, and the way it came about. */
export interface ProfileAnswer {
  readonly response: CachedResponse;
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
      readonly reason: Exclude<ReadPlan['reason'], 'hit'>;
      /** Of the upstream; null when it gave none. */
      readonly status: number | null;
      /** Joined the fetch of another request. */
      readonly collapsed: boolean;
      /** Why a source has not answered, if one has not. */
      readonly detail: string | null;
    };

const HITS = {
  local: { hit: true, level: 'local', isStale: false, isRefreshing: false },
  redis: { hit: true, level: 'redis', isStale: false, isRefreshing: false },
} as const;

/** The aggregator: reads the cache, plans, and obeys the plan. */
@Injectable()
export class CustomerProfilesService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly partFactory: PartFactory,
    private readonly eagerRefresh: EagerRefresh,
    private readonly responses: ResponseBuilder,
    private readonly answers: ProfileAnswers,
    private readonly refreshes: RefreshCoordinator,
    private readonly metrics: CacheMetrics,
  ) {}

  /**
   * The profile, complete or with its missing sources named.
   * @throws Problem when the customer is unknown, a required source gave no definite answer, or nothing is cached and no
   * source may be asked
   * @param cameAt monotonic milliseconds
   */
  async read(query: ProfileQuery, cameAt = this.clock.monotonic()): Promise<ProfileAnswer> {
    const key = cacheKeyOf(query);
    const local = this.cache.local(key);
    const localHit = local && this.readyHit(local, 'local', key, query);
    if (localHit) return localHit;

    const isPlain = query.view.isFullRecord && query.directives === NO_DIRECTIVES;
    const read = await this.cache.read(key, isPlain ? (response) => this.isReady(response) : null);
    if (read.accepted) return this.hit(read.accepted, read.level, key, query);
    const parts = read.customer.partsOf(key.variant) as ProfileParts;
    const sharedHit = this.readyHit(read.customer, read.level, key, query);
    if (sharedHit) {
      const { response } = sharedHit;
      const isKept = response === read.customer.response(key.variant);
      if (query.view.isFullRecord && !isKept) void this.cache.write(key, read, { parts, fetched: [], response });
      return sharedHit;
    }
    const plan = planRead(parts, query, this.clock.now());
    if (query.directives.onlyIfCached) {
      if (plan.serve !== 'stale') throw this.refused();
      return this.stale(parts, read.level, query, false);
    }
    const reason = plan.reason === 'hit' ? 'miss' : plan.reason;
    const refresh = this.refreshes.refresh(key, query, read, plan, reason);
    const deadline = query.deadline();
    try {
      if (plan.serve === 'stale' && !(await this.isRefreshedSoon(refresh, query, deadline)))
        return this.stale(parts, read.level, query, true);
      const { flight, joined } = refresh;
      const whole = await deadline.race(flight.hold(deadline.cancellation), () => undefined);
      if (whole && hasJoinedLate(whole, query, cameAt, this.clock.monotonic())) return await this.read(query, cameAt);
      return this.forwarded(query, reason, joined, whole ?? flight.value);
    } finally {
      deadline.dispose();
    }
  }

  /** The answer when the cached parts are fresh. A cached response is sent without a look at the parts. */
  private readyHit(
    customer: CachedCustomer,
    level: 'local' | 'redis',
    key: ProfileKey,
    query: ProfileQuery,
  ): ProfileAnswer | null {
    const response = query.view.isFullRecord ? customer.response(key.variant) : null;
    const ready = response && this.isReady(response) ? response : null;
    if (ready && query.directives === NO_DIRECTIVES) return this.hit(ready, level, key, query);
    const parts = customer.partsOf(key.variant) as ProfileParts;
    if (planRead(parts, query, this.clock.now()).serve !== 'fresh') return null;
    return this.hit(ready ?? this.answers.render(query, parts), level, key, query);
  }

  private hit(response: CachedResponse, level: 'local' | 'redis', key: ProfileKey, query: ProfileQuery): ProfileAnswer {
    this.metrics.hit(level);
    if (this.eagerRefresh.shouldRefresh(key, response.dueAt, this.clock.now()))
      this.refreshEagerly(key, query).catch(() => undefined); // A read that needs it meets the error.
    return { response, cache: HITS[level] };
  }

  private stale(
    parts: ProfileParts,
    level: 'local' | 'redis',
    query: ProfileQuery,
    isRefreshing: boolean,
  ): ProfileAnswer {
    const response = this.answers.render(query, parts);
    this.metrics.reads.inc({ outcome: 'stale', level });
    return { response, cache: { hit: true, level, isStale: true, isRefreshing } };
  }

  /**
   * The answer made of what a refresh has brought in time. A source that is still under way timed out for this caller, unless it
   * has not been asked yet for another reason.
   */
  private forwarded(
    query: ProfileQuery,
    reason: Exclude<ReadPlan['reason'], 'hit'>,
    joined: boolean,
    outcome: RefreshOutcome,
  ): ProfileAnswer {
    const { parts, results, heldUp, response } = outcome;
    const missing = planRead(parts, query, this.clock.now()).fetch.filter((source) => {
      return !results.has(source) && (!isConnector(source) || parts.billing?.value);
    });
    const timedOut = this.timedOut(missing, parts, heldUp);
    this.metrics.reads.inc({ outcome: reason, level: 'none' });
    const isFullRecord = query.view.isFullRecord && response !== null && Object.keys(timedOut).length === 0;
    return {
      response: isFullRecord ? response : this.answers.render(query, { ...parts, ...timedOut }),
      cache: { hit: false, reason, collapsed: joined || outcome.isCollapsed, ...forwardStatus(results, timedOut) },
    };
  }

  private timedOut(
    sources: readonly SourceName[],
    parts: ProfileParts,
    heldUp: RefreshOutcome['heldUp'],
  ): ProfileParts {
    const previous: Readonly<Partial<Record<SourceName, Part>>> = parts;
    const failureOf = (source: SourceName): Part =>
      this.partFactory.fromFailure(heldUp.get(source) ?? 'timeout', previous[source]);
    return Object.fromEntries(sources.map((source) => [source, failureOf(source)]));
  }

  /** Whether a response shows what a read of now would: not due, not of the future, and merged as this process merges. */
  private isReady({ dueAt, newestAt, mergeKey }: CachedResponse): boolean {
    const now = this.clock.now();
    return now < dueAt && newestAt <= now + CLOCK_TOLERANCE_MS && mergeKey === this.responses.mergeKey;
  }

  private refused(): Problem {
    this.metrics.reads.inc({ outcome: 'refused', level: 'none' });
    return new Problem(
      'not_cached',
      'No cached response satisfies the request, and Cache-Control: only-if-cached allows no other.',
    );
  }

  /** Lets the refresh outlive the request, and waits up to `refreshWaitMs` for it, or not at all with `max-stale`. */
  private async isRefreshedSoon({ flight }: Refresh, query: ProfileQuery, deadline: Deadline): Promise<boolean> {
    flight.keep();
    const patienceMs = query.directives.maxStaleMs === null ? this.config.cache.refreshWaitMs : 0;
    const waitMs = Math.min(patienceMs, deadline.remainingMs());
    if (waitMs === 0) return flight.ended;
    const soon = new Deadline(this.clock, waitMs);
    try {
      await soon.race<unknown>(flight.result, () => undefined);
      return flight.ended;
    } catch {
      return false; // The coordinator has logged it, and there is a stale answer.
    } finally {
      soon.dispose();
    }
  }

  /** Refreshes a customer that is read often before it is due, so that no read waits for it. */
  private async refreshEagerly(key: ProfileKey, query: ProfileQuery): Promise<void> {
    const early = { ...query, directives: { ...NO_DIRECTIVES, minFreshMs: this.eagerRefresh.windowMs } };
    const read = await this.cache.read(key);
    const plan = planRead(read.customer.partsOf(key.variant), early, this.clock.now());
    if (plan.serve !== 'fresh') this.refreshes.refresh(key, early, read, plan, 'eager').flight.keep();
  }
}
