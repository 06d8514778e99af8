import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock, CLOCK_SKEW_MS } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type CachedResponse } from '../../profile-cache/cached-response.ts';
import { ProfileCache } from '../../profile-cache/profile-cache.ts';
import { partsAmong } from '../../profile-merge/profile-parts.ts';
import { NO_DIRECTIVES } from '../../profile-refresh/cache-directives.ts';
import { planRead } from '../../profile-refresh/plan-read.ts';
import { cacheKeyOf } from '../../profile-refresh/read-requirements.ts';
import { RefreshCoordinator } from '../../profile-refresh/refresh-coordinator.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { CustomerErased } from '../../tombstones/customer-erased.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { inspect } from './inspected-values.ts';
import { InspectionMetrics, type InspectionOutcome } from './inspection-metrics.ts';

/** Maximum number of concurrent inspections; further ones are skipped. */
const CONCURRENCY = 4;

/** Compares some answers from the cache with their sources, in the background, and counts wrong values. */
@Injectable()
export class Inspector {
  /** One in this many hits is inspected; 0: none. */
  private readonly oneIn: number;
  private inFlight = 0;

  constructor(
    { inspectOneIn }: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly refreshes: RefreshCoordinator,
    private readonly metrics: InspectionMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.oneIn = inspectOneIn ?? 0;
  }

  /** Call it with each hit. The work begins in a later turn, when the answer is on its way. */
  onHit(response: CachedResponse, query: ProfileQuery): void {
    if (this.oneIn === 0 || Math.random() * this.oneIn >= 1 || !query.view.isFullRecord) return;
    if (this.inFlight >= CONCURRENCY) {
      this.metrics.outcomes.inc({ outcome: 'skipped' });
      return;
    }
    this.inFlight += 1;
    const answeredAt = this.clock.now();
    setImmediate(() => void this.inspectAndCount(response, query, answeredAt));
  }

  private async inspectAndCount(...of: Parameters<Inspector['inspect']>): Promise<void> {
    let outcome: InspectionOutcome = 'failed';
    try {
      outcome = await this.inspect(...of);
    } catch (error) {
      if (error instanceof CustomerErased) outcome = 'skipped';
      else this.log.error({ event: 'inspection_failed', err: error }, 'an answer could not be inspected');
    } finally {
      this.inFlight -= 1;
      this.metrics.outcomes.inc({ outcome });
    }
  }

  private async inspect(
    { etag, fetchedAt, newestAt }: CachedResponse,
    query: ProfileQuery,
    answeredAt: number,
  ): Promise<InspectionOutcome> {
    const key = cacheKeyOf(query);
    const read = await this.cache.read(key);
    const present = read.customer.response(key.variant);
    const isSame = present?.etag === etag && present.fetchedAt === fetchedAt && present.newestAt === newestAt;
    if (!isSame) return 'skipped';
    const directives = { ...NO_DIRECTIVES, notBefore: this.clock.now(), skewMs: CLOCK_SKEW_MS };
    const requirements = { ...query, required: [], directives };
    const answered = read.customer.partsOf(key.variant);
    const plan = planRead(answered, requirements, this.clock.now());
    const flight =
      plan.fetch.length === 0 ? null : this.refreshes.refreshBehind({ requirements, read, plan }, 'inspection');
    if (!flight) return 'skipped';
    const { parts, results } = await flight.result;
    const now = partsAmong([...results.keys()], parts);
    const sources = inspect(answered, now, answeredAt);
    if (sources.length === 0) return 'failed';
    return this.metrics.compared(sources) ? 'right' : 'wrong';
  }
}
