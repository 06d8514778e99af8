import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { LookupIndexing } from '../customer-lookups/lookup-indexing.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { CacheMetrics } from '../profile-cache/cache-metrics.ts';
import { type CacheRead, ProfileCache } from '../profile-cache/profile-cache.ts';
import { SourceLeases } from '../profile-cache/source-leases.ts';
import { type Flight, SingleFlight } from '../resilience/single-flight.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { planRead, type ReadPlan } from './plan-read.ts';
import { byOwnClock, type ReadRequirements, sourcesOf } from './read-requirements.ts';
import { RefreshJob, type RefreshOutcome, type RefreshTools } from './refresh-job.ts';
import { isKept, type SharedFlights } from './source-flights.ts';
import { ResponseBuilder } from './response-builder.ts';
import { SourceFetcher } from './source-fetcher.ts';

/** Why a refresh is made: a read's plan, or eagerly, before the parts are due. */
export type RefreshReason = Exclude<ReadPlan['reason'], 'hit'> | 'eager';

/** A refresh under way. */
export interface Refresh {
  readonly flight: Flight<RefreshOutcome, RefreshOutcome>;
  /** It was under way before. */
  readonly joined: boolean;
}

/** Begins refreshes, one for all reads of this process that need the same. */
@Injectable()
export class RefreshCoordinator implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly jobs: SingleFlight<RefreshOutcome, RefreshOutcome>;
  private readonly tools: RefreshTools;

  constructor(
    private readonly clock: Clock,
    cache: ProfileCache,
    leases: SourceLeases,
    fetcher: SourceFetcher,
    responses: ResponseBuilder,
    private readonly lookups: LookupIndexing,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.jobs = new SingleFlight(clock);
    const flights: SharedFlights = new SingleFlight(clock);
    this.tools = { cache, clock, leases, fetcher, responses, flights };
  }

  /** Refreshes behind answers end before anything they use is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  /** Those too that began while the server still accepted requests. */
  async onApplicationShutdown(): Promise<void> {
    while (this.jobs.underWay.length > 0) await this.settled();
  }

  /** Resolves when what is under way now has ended and is written. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.jobs.underWay.map(({ joinableUntil }) => joinableUntil));
  }

  /**
   * Fetches what the plan says, or joins the refresh under way that does. It goes on until it is written, or until all who
   * hold its flight have left.
   * @param read what the plan was made of
   */
  refresh(
    key: ProfileKey,
    requirements: ReadRequirements,
    read: CacheRead,
    plan: ReadPlan,
    reason: RefreshReason,
  ): Refresh {
    // With the generations: what began before an invalidation is not joined by a read that comes after it.
    const id = `${key.organisation}:${key.customerId} ${read.token.redis?.generation ?? ''} ${read.token.local}`;
    const { directives, required } = requirements;
    const needs = [plan.fetch, sourcesOf(requirements), required].map((sources) => sources.join()).join(' ');
    const { flight, joined } = this.jobs.join(
      // With the oldest part that is accepted: a job may join flights that are too old for another one.
      `${id} ${key.variant} ${needs} ${directives.notBefore}`,
      ({ ended, value }) => !ended || this.willDo(value, requirements),
      (signal) => {
        const job = new RefreshJob(this.tools, id, key, requirements, read, plan, signal);
        void job.started.then(() => {
          if (job.isCollapsed) this.metrics.collapsed.inc();
          else this.metrics.refreshes.inc({ reason });
        });
        return { result: job.outcome, soFar: () => job.soFar(), joinableUntil: this.end(key, job) };
      },
    );
    if (joined) this.metrics.collapsed.inc();
    return { flight, joined };
  }

  /** What has ended and is not written yet serves while it would do as cached parts. */
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
      this.log.error({ err: error }, 'a refresh failed, or could not be written');
    }
  }
}
