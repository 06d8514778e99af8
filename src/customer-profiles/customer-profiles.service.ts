import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type ProfileContent } from '../customer-changes/feed/profile-content.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CachedCustomer } from '../profile-cache/cached-customer.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { type CacheRead, ProfileCache } from '../profile-cache/profile-cache.ts';
import { ProfileWrites } from '../profile-cache/profile-writes.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { planRead, type ReadPlan } from '../profile-refresh/plan-read.ts';
import { cacheKeyOf } from '../profile-refresh/read-requirements.ts';
import { RefreshCoordinator, withoutFetch } from '../profile-refresh/refresh-coordinator.ts';
import { type PlannedRefresh } from '../profile-refresh/refresh-job.ts';
import { ResponseBuilder } from '../profile-refresh/response-builder.ts';
import { type Arrival } from '../resilience/admission.ts';
import { type Deadline } from '../resilience/deadline.ts';
import { WorkTurns } from '../resilience/work-turns.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';
import { CachedAnswers } from './answers/cached-answers.ts';
import { ForwardedAnswers } from './answers/forwarded-answers.ts';
import { type ProfileAnswer } from './answers/profile-answer.ts';
import { ProfileAnswers } from './answers/profile-answers.ts';
import { hasJoinedLate } from './late-joiner.ts';
import { RefreshesBehind } from './refreshes-behind.ts';
import { type ProfileQuery } from './request/profile-query.ts';

/** The share of its time that a read waits at most for its caller's share of the process. The rest is for the fetch. */
const PAUSE_SHARE = 0.5;

/** Runs the fetch of a read of a batch when its turn comes. */
export type InTurn = (fetch: () => Promise<ProfileAnswer>) => Promise<ProfileAnswer>;

/** The result of the look at a cached customer: a fresh response, or the plan for the read. */
type FreshOrPlan = { readonly fresh: CachedResponse } | { readonly plan: ReadPlan };

/** A read for which what is cached is not fresh. */
export interface PlannedRead {
  readonly read: CacheRead;
  readonly plan: ReadPlan;
  /** Monotonic milliseconds. */
  readonly cameAt: number;
}

/** The aggregator: reads the cache, plans, and obeys the plan. */
@Injectable()
export class CustomerProfilesService {
  constructor(
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly writes: ProfileWrites,
    private readonly responses: ResponseBuilder,
    private readonly answers: ProfileAnswers,
    private readonly cached: CachedAnswers,
    private readonly forwarded: ForwardedAnswers,
    private readonly behind: RefreshesBehind,
    private readonly refreshes: RefreshCoordinator,
    private readonly turns: WorkTurns,
  ) {}

  /** The profile that a copy in this process has ready to be sent; null: there is none. */
  readReady(query: ProfileQuery): ProfileAnswer | null {
    const key = cacheKeyOf(query);
    const local = this.cache.local(key);
    const ready = local && this.sendable(local, key, query);
    return ready && this.cached.hit(ready, 'local', key, query);
  }

  /** The profile from a fresh copy in this process, which it may put together; null: there is none. */
  readLocal(query: ProfileQuery): ProfileAnswer | null {
    const key = cacheKeyOf(query);
    const local = this.cache.local(key);
    const found = local && this.freshOrPlan(local, key, query);
    return found && 'fresh' in found ? this.cached.hit(found.fresh, 'local', key, query) : null;
  }

  /**
   * The profile, complete or with its missing sources named.
   * @param cameAt monotonic milliseconds
   * @param inTurn runs the fetch when a batch gives it a turn; absent for a single read
   * @throws Problem when the customer is unknown, a required source gave no definite answer, or nothing is cached and no
   * source may be called
   */
  async read(query: ProfileQuery, cameAt = this.clock.monotonic(), inTurn?: InTurn): Promise<ProfileAnswer> {
    const found = this.readReady(query) ?? (await this.readFresh(query, cameAt));
    return 'plan' in found ? this.readAsPlanned(query, found, inTurn) : found;
  }

  /**
   * The first half of a read for which no copy is ready: the profile when what is cached is fresh; else the plan for the second half.
   * Many such reads may begin at the same moment, so each looks at its parts when it has a turn of the event loop.
   */
  async readFresh(query: ProfileQuery, cameAt = this.clock.monotonic()): Promise<ProfileAnswer | PlannedRead> {
    const key = cacheKeyOf(query);
    if (this.cache.local(key)) {
      await this.turns.nextAnswer(query.caller.name);
      const local = this.readLocal(query);
      if (local) return local;
    }
    const isPlain = query.view.isFullRecord && query.directives === NO_DIRECTIVES;
    const read = await this.cache.read(key, isPlain ? (response) => this.responses.isReady(response) : null);
    if (read.accepted) return this.cached.hit(read.accepted, read.level, key, query);
    if (read.customer.version !== '0' && !this.sendable(read.customer, key, query)) {
      await this.turns.nextAnswer(query.caller.name);
      if (this.cache.isInvalidatedSince(key, read)) return this.readFresh(query, cameAt);
    }
    const found = this.freshOrPlan(read.customer, key, query);
    if ('plan' in found) return { read, plan: found.plan, cameAt };
    const isKept = found.fresh === read.customer.response(key.variant);
    if (query.view.isFullRecord && !isKept) {
      const contentOf = (linked: ProfileParts): ProfileContent | null => this.responses.contentOf(key, linked, null);
      const parts = read.customer.partsOf(key.variant);
      void this.writes.write(key, read, { parts, fetched: [], response: found.fresh, contentOf });
    }
    return this.cached.hit(found.fresh, read.level, key, query);
  }

  /**
   * Whether the second half of this read may begin a fetch. It begins none when it is to use the cache alone, or when the process has too
   * much to do for it.
   * @param expected how many such reads are to go on before it
   */
  mayFetch(query: ProfileQuery, { plan }: PlannedRead, expected: number): boolean {
    const arrival = { kind: kindOf(plan, 'single'), withinMs: query.time.remainingMs() };
    return !query.directives.onlyIfCached && !this.refreshes.isFullFor(query, arrival, expected);
  }

  /** The second half of a read. @throws Problem as `read` does */
  async readAsPlanned(
    query: ProfileQuery,
    { read, plan, cameAt }: PlannedRead,
    inTurn?: InTurn,
  ): Promise<ProfileAnswer> {
    notePlan(plan);
    if (query.directives.onlyIfCached) {
      if (plan.serve !== 'stale') throw this.cached.notCached();
      const parts = read.customer.partsOf(cacheKeyOf(query).variant);
      return this.cached.stale(parts, read.level, query, false);
    }
    const planned = { requirements: query, read, plan };
    const fetch = (kind: Arrival['kind']): Promise<ProfileAnswer> => this.fetched(planned, kindOf(plan, kind), cameAt);
    return inTurn ? inTurn(() => fetch('batch')) : fetch('single');
  }

  /** The answer after a refresh, or the stale one when the refresh takes too long. */
  private async fetched(
    planned: PlannedRefresh<ProfileQuery>,
    kind: Arrival['kind'],
    cameAt: number,
  ): Promise<ProfileAnswer> {
    const { requirements: query, read, plan } = planned;
    const parts = read.customer.partsOf(cacheKeyOf(query).variant);
    const reason = plan.reason === 'hit' ? 'miss' : plan.reason;
    const deadline = query.deadline();
    try {
      const isHeldBack = this.turns.isHeldBack(query.caller.name);
      const hasShare = !isHeldBack || (await this.hasShareInTime(query, plan, deadline));
      const meanwhile = isHeldBack && (await this.sinceRead(planned, cameAt));
      if (meanwhile) return meanwhile;
      const refresh = this.refreshes.refresh(planned, reason, { kind, withinMs: deadline.remainingMs(), hasShare });
      if (!refresh) {
        if (plan.serve === 'stale') return await this.cached.stale(parts, read.level, query, false);
        return await this.forwarded.of(query, reason, false, withoutFetch(parts, plan));
      }
      if (plan.serve === 'stale' && !(await this.behind.keepAndWait(refresh, query, deadline)))
        return await this.cached.stale(parts, read.level, query, true);
      const { flight, joined } = refresh;
      const whole = await deadline.race(flight.hold(deadline.cancellation, deadline.endsAt), () => undefined);
      if (whole && hasJoinedLate(whole, query, cameAt, this.clock.monotonic())) return await this.read(query, cameAt);
      return await this.forwarded.of(query, reason, joined, whole ?? flight.value);
    } finally {
      deadline.dispose();
    }
  }

  /** Waits until the caller, which is held back, has its share again. With `max-stale` it wants a stale answer at once. */
  private async hasShareInTime(
    { caller, directives }: ProfileQuery,
    plan: ReadPlan,
    deadline: Deadline,
  ): Promise<boolean> {
    if (plan.serve === 'stale' && directives.maxStaleMs !== null) return false;
    return this.turns.nextBeginning(caller.name, deadline.remainingMs() * PAUSE_SHARE);
  }

  /** The answer, when other reads have fetched the customer since this one read the cache, or it was invalidated. */
  private async sinceRead(
    { requirements: query, read }: PlannedRefresh<ProfileQuery>,
    cameAt: number,
  ): Promise<ProfileAnswer | null> {
    if (this.cache.isInvalidatedSince(cacheKeyOf(query), read)) return this.read(query, cameAt);
    return this.readLocal(query);
  }

  /** The response when the cached parts are fresh, else the plan. */
  private freshOrPlan(customer: CachedCustomer, key: ProfileKey, query: ProfileQuery): FreshOrPlan {
    const sendable = this.sendable(customer, key, query);
    if (sendable) return { fresh: sendable };
    const parts = customer.partsOf(key.variant);
    const plan = planRead(parts, query, this.clock.now());
    if (plan.serve !== 'fresh') return { plan };
    return { fresh: this.readyResponse(customer, key, query) ?? this.answers.render(query, parts) };
  }

  /** The stored response, when it can be sent without a look at the parts. */
  private sendable(customer: CachedCustomer, key: ProfileKey, query: ProfileQuery): CachedResponse | null {
    return query.directives === NO_DIRECTIVES ? this.readyResponse(customer, key, query) : null;
  }

  private readyResponse(customer: CachedCustomer, key: ProfileKey, query: ProfileQuery): CachedResponse | null {
    const response = query.view.isFullRecord ? customer.response(key.variant) : null;
    return response && this.responses.isReady(response) ? response : null;
  }
}

/** Nobody waits for the refresh of a read that has an old value. */
const kindOf = ({ serve }: ReadPlan, kind: Arrival['kind']): Arrival['kind'] =>
  serve === 'stale' ? 'background' : kind;

/** In a batch the last plan stays; each refresh has its own span. */
function notePlan({ serve, reason, fetch }: ReadPlan): void {
  TraceScope.current()?.set({
    'customer_profile.plan.serve': serve,
    'customer_profile.plan.reason': reason,
    'customer_profile.plan.fetch': fetch,
  });
}
