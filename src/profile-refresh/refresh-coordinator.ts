import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LookupIndexing } from '../customer-lookups/lookup-indexing.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { CacheMetrics } from '../profile-cache/cache-metrics.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type Arrival } from '../resilience/admission.ts';
import { type Flight, SingleFlight, type Work } from '../resilience/single-flight.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { behindAnswers } from '../upstream/quota/quota-user.ts';
import { type ForwardReason, planRead, type ReadPlan } from './plan-read.ts';
import { QueuedWork } from './queued-work.ts';
import { byOwnClock, cacheKeyOf, type ReadRequirements } from './read-requirements.ts';
import { RefreshAdmission } from './refresh-admission.ts';
import { type PlannedRefresh, RefreshJob } from './refresh-job.ts';
import { type RefreshOutcome } from './refresh-outcome.ts';
import { RefreshServices } from './refresh-services.ts';
import { isKept } from './source-result.ts';

/** Why a refresh is made: for a read's plan, eagerly before the parts are due, or without a reader. */
export type RefreshReason = ForwardReason | 'eager' | 'sweep' | 'inspection' | 'unwritten';

/** A refresh that is wanted now. */
export interface RefreshArrival extends Pick<Arrival, 'kind' | 'withinMs'> {
  /** Whether its caller has a share of the process's time left. */
  readonly hasShare: boolean;
}

/** A refresh in progress. */
export interface Refresh {
  readonly flight: Flight<RefreshOutcome, RefreshOutcome>;
  /** Whether it was already in progress. */
  readonly joined: boolean;
}

/** Begins refreshes, one for all reads of this process that need the same. */
@Injectable()
export class RefreshCoordinator implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly jobs: SingleFlight<RefreshOutcome, RefreshOutcome>;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly services: RefreshServices,
    private readonly admission: RefreshAdmission,
    private readonly lookups: LookupIndexing,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.jobs = new SingleFlight(clock);
  }

  /** Background refreshes end before the services that they use are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  /** Also waits for refreshes that began while the server still accepted requests. */
  async onApplicationShutdown(): Promise<void> {
    while (this.jobs.inFlight.length > 0) await this.settled();
  }

  /** Resolves when the refreshes that are in progress now have ended and are written. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.jobs.inFlight.map(({ joinableUntil }) => joinableUntil));
  }

  /**
   * Fetches the sources of the plan, or joins a refresh in progress that does. It continues until it is written, or until
   * everybody who holds its flight has left.
   * @returns null when none is in progress, and the process has too much work to do it in time or the caller no share of its time
   */
  refresh(planned: PlannedRefresh, reason: RefreshReason, arrival: RefreshArrival): Refresh | null {
    const { requirements, read, plan } = planned;
    const key = cacheKeyOf(requirements);
    // The id contains the generations, so that a read after an invalidation never joins a refresh from before it; and the
    // scope, so that it never joins one with other credentials.
    const id = `${key.organisation}:${key.customerId} ${key.scope} ${read.token.redis?.generation ?? ''} ${read.token.local.invalidation}`;
    const { directives, sources: asked, required } = requirements;
    const cause = TraceScope.current();
    const needs = [plan.fetch, asked, required].map((sources) => sources.join()).join(' ');
    // The key contains the accepted age, because a job may join flights that are too old for another one.
    const name = `${id} ${read.token.wide} ${key.variant} ${needs} ${directives.notBefore}`;
    const present = this.jobs.present(name, ({ ended, value }) => !ended || this.willDo(value, requirements));
    if (present) {
      this.metrics.collapsed.inc();
      return { flight: present, joined: true };
    }
    const owned = { kind: arrival.kind, withinMs: arrival.withinMs, owner: requirements.caller.name };
    if (this.admission.refuses(owned, arrival.hasShare)) return null;
    const flight = this.jobs.start(name, (demand) => {
      const inScope = (end: () => void): Work<RefreshOutcome, RefreshOutcome> => {
        const needed =
          arrival.kind === 'background'
            ? { ...requirements, caller: behindAnswers(requirements.caller) }
            : requirements;
        const job = new RefreshJob(this.services, id, { ...planned, requirements: needed }, demand.signal);
        return this.workOf(job, key, reason, end);
      };
      const begin = (end: () => void): Work<RefreshOutcome, RefreshOutcome> =>
        inRefreshSpan(cause, arrival.kind, { reason, fetch: plan.fetch }, () => inScope(end));
      const turn = this.admission.admit(owned, demand);
      if (typeof turn === 'function') return begin(turn);
      return new QueuedWork(turn, begin, withoutFetch(read.customer.partsOf(key.variant), plan));
    });
    return { flight, joined: false };
  }

  /** Whether the process would have too much to do for a refresh of this caller that arrives after `expected` others. */
  isFullFor({ caller }: ReadRequirements, arrival: Pick<Arrival, 'kind' | 'withinMs'>, expected: number): boolean {
    return this.admission.wouldRefuse({ ...arrival, owner: caller.name }, expected);
  }

  /**
   * As `refresh`, for refreshes without a waiting caller: it begins only when the process has nothing else to do and the caller that
   * caused it has its share, and continues until it is written.
   */
  refreshBehind(planned: PlannedRefresh, reason: Exclude<RefreshReason, ForwardReason>): Refresh['flight'] | null {
    const hasShare = !this.admission.isHeldBack(planned.requirements.caller);
    const arrival = { kind: 'background', withinMs: this.config.requestBudgetMs, hasShare } as const;
    const refresh = this.refresh(planned, reason, arrival);
    refresh?.flight.keep();
    return refresh?.flight ?? null;
  }

  /** The work of a job, which counts it once it has begun. @param end called when the job ends */
  private workOf(
    job: RefreshJob,
    key: ProfileKey,
    reason: RefreshReason,
    end: () => void,
  ): Work<RefreshOutcome, RefreshOutcome> {
    void job.started.then(() => {
      if (job.isCollapsed) this.metrics.collapsed.inc();
      else this.metrics.refreshes.inc({ reason });
    });
    job.outcome.then(end, end);
    return { result: job.outcome, soFar: () => job.soFar(), joinableUntil: this.end(key, job) };
  }

  /** Whether an outcome that is not written yet would satisfy the read if its parts were cached. */
  private willDo({ parts, results }: RefreshOutcome, requirements: ReadRequirements): boolean {
    const areKept = [...results].every(([source, { part }]) => isKept(source, part));
    return areKept && planRead(parts, byOwnClock(requirements), this.clock.now()).serve === 'fresh';
  }

  private async end(key: ProfileKey, job: RefreshJob): Promise<void> {
    try {
      await job.written;
      const { results } = job.soFar();
      const fetched = [...results].filter(([, { isFetched }]) => isFetched);
      await this.lookups.note(key, Object.fromEntries(fetched.map(([source, { part }]) => [source, part])));
    } catch (error) {
      if (error instanceof CustomerErased) return; // Erased meanwhile; the callers get this error.
      this.log.error({ err: error }, 'a refresh failed, or could not be written');
    }
  }
}

/**
 * Runs a refresh in its own span: a child of the request's span, or, in the background, in a trace that is linked to it.
 * The span ends when the fetched parts are written.
 */
function inRefreshSpan<T>(
  cause: TraceScope | null,
  kind: Arrival['kind'],
  { reason, fetch }: { readonly reason: RefreshReason } & Pick<ReadPlan, 'fetch'>,
  begin: () => Work<T, T>,
): Work<T, T> {
  const attributes = {
    'customer_profile.refresh.kind': kind,
    'customer_profile.refresh.reason': reason,
    'customer_profile.plan.fetch': fetch,
  };
  const span =
    kind === 'background' ? cause?.detached('refresh', attributes) : cause?.child('refresh', 'internal', attributes);
  if (!span) return begin();
  const work = span.run(begin);
  const end = (): void => {
    span.end();
  };
  void (work.joinableUntil ?? work.result).then(end, end);
  return work;
}

/** The outcome of a refresh that is queued, or not admitted: the cached parts, and `overloaded` for each source of the plan. */
export const withoutFetch = (parts: ProfileParts, plan: ReadPlan): RefreshOutcome => ({
  parts,
  results: new Map(),
  waitReasons: new Map(plan.fetch.map((source) => [source, 'overloaded'] as const)),
  response: null,
  built: null,
  isCollapsed: false,
});
