import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { EagerRefresh } from '../profile-cache/eager-refresh.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { planRead } from '../profile-refresh/plan-read.ts';
import { cacheKeyOf } from '../profile-refresh/read-requirements.ts';
import { type Refresh, RefreshCoordinator } from '../profile-refresh/refresh-coordinator.ts';
import { Deadline } from '../resilience/deadline.ts';
import { type ProfileQuery } from './request/profile-query.ts';

/** Refreshes that continue in the background after an answer. */
@Injectable()
export class RefreshesBehind {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly eagerRefresh: EagerRefresh,
    private readonly refreshes: RefreshCoordinator,
  ) {}

  /** Lets the refresh outlive the request, and waits up to `refreshWaitMs` for it, or not at all with `max-stale`. */
  async keepAndWait({ flight }: Refresh, query: ProfileQuery, deadline: Deadline): Promise<boolean> {
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

  /** Refreshes a popular customer before it is due, so that no read waits for it. */
  async refreshEagerly(query: ProfileQuery): Promise<void> {
    const key = cacheKeyOf(query);
    const early = { ...query, directives: { ...NO_DIRECTIVES, minFreshMs: this.eagerRefresh.windowMs } };
    const read = await this.cache.read(key);
    const plan = planRead(read.customer.partsOf(key.variant), early, this.clock.now());
    if (plan.serve !== 'fresh') this.refreshes.refreshBehind({ requirements: early, read, plan }, 'eager');
  }
}
