import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { type Part } from '../profile-cache/part.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { planRead } from '../profile-refresh/plan-read.ts';
import { cacheKeyOf, type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { RefreshCoordinator } from '../profile-refresh/refresh-coordinator.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { type QuotaUser } from '../upstream/quota/quota-user.ts';
import { type FailureState } from '../upstream/upstream-error.ts';
import { type FoundCustomer } from './customer-scan.ts';
import { SweepPace } from './sweep-pace.ts';
import { type SweepOutcome } from './sweep-position.ts';

/** States in which the reseller was not asked, or asks for a pause: the customer is visited again later. */
const POSTPONING_STATES: ReadonlySet<FailureState> = new Set([
  'throttled',
  'circuit_open',
  'overloaded',
  'skipped_budget',
]);
/** The shortest pause when the process is busy, or the reseller cannot be asked. */
const PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

/** Refreshes the customers that the sweep finds, each as a read would, in the last class. */
@Injectable()
export class SweepVisits {
  private readonly caller: QuotaUser;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly refreshes: RefreshCoordinator,
    private readonly pace: SweepPace,
  ) {
    // No caller has this name.
    const limits = { quotaShare: 0, quotaCeiling: config.sweep?.quotaShare ?? 1 };
    this.caller = { name: ' sweep', limits, isService: true };
  }

  /**
   * Refreshes the customer unless every source was asked since the round began. While the reseller cannot be asked, it waits.
   * @param since epoch ms when the round began
   * @throws RedisUnavailable, or the signal's reason when it fires
   */
  async visit(found: FoundCustomer, since: number, signal: AbortSignal): Promise<SweepOutcome> {
    const organisation = this.config.organisations.get(found.organisation);
    if (!organisation) return 'absent';
    const requirements = this.requirements(organisation, found.customerId, since);
    for (;;) {
      const outcome = await this.tryOnce(found.isLinked, requirements, signal);
      if (typeof outcome !== 'number') return outcome;
      await this.clock.sleep(outcome, signal);
    }
  }

  /** @returns a number: milliseconds after which to try again */
  private async tryOnce(
    isLinked: boolean,
    requirements: ReadRequirements,
    signal: AbortSignal,
  ): Promise<SweepOutcome | number> {
    try {
      return (await this.withoutFetch(isLinked, requirements)) ?? (await this.refreshed(requirements, signal));
    } catch (error) {
      if (error instanceof CustomerErased) return 'absent'; // Since it was found.
      throw error;
    }
  }

  /** null: a source is to be asked. */
  private async withoutFetch(isLinked: boolean, requirements: ReadRequirements): Promise<SweepOutcome | null> {
    const cached = await this.cache.peek(cacheKeyOf(requirements));
    if (!cached.redisAnswered) throw new RedisUnavailable('Redis does not say what is cached');
    const parts: ProfileParts = cached.parts;
    const isNothing = (!parts.reseller && !parts.billing) || parts.reseller?.state === 'customer_unknown';
    // What was forgotten, or is unknown upstream, is left to its next read, unless a link says that somebody needs it.
    if (isNothing && !isLinked) return 'absent';
    if (planRead(parts, requirements, this.clock.now()).fetch.length > 0) return null;
    return Object.values(parts).some(hasFailed) ? 'failed' : 'fresh';
  }

  /** @returns a number: milliseconds after which to try again */
  private async refreshed(requirements: ReadRequirements, signal: AbortSignal): Promise<SweepOutcome | number> {
    await this.pace.turn(signal);
    const key = cacheKeyOf(requirements);
    const read = await this.cache.read(key);
    // What cannot be written would be fetched in vain.
    if (!read.token.redis) throw new RedisUnavailable('Redis does not say what is cached');
    const plan = planRead(read.customer.partsOf(key.variant), requirements, this.clock.now());
    if (plan.fetch.length === 0) return 0;
    const arrival = { kind: 'background', withinMs: this.config.requestBudgetMs } as const;
    const refresh = this.refreshes.refresh(key, requirements, read, plan, 'sweep', arrival);
    if (!refresh) return PAUSE_MS;
    const { flight } = refresh;
    flight.keep();
    await flight.joinableUntil;
    const { parts } = flight.value;
    const failure = parts.reseller?.failure;
    if (failure && POSTPONING_STATES.has(failure.state))
      return Math.min(MAX_PAUSE_MS, Math.max(PAUSE_MS, failure.retryAt - this.clock.now()));
    return Object.values(parts).some(hasFailed) ? 'failed' : 'refreshed';
  }

  private requirements(organisation: Organisation, customerId: string, since: number): ReadRequirements {
    return {
      ...{ organisation, customerId, billingCustomerId: null, reseller: true, required: [] },
      connectors: this.config.billing.connectors,
      directives: { ...NO_DIRECTIVES, notBefore: since },
      caller: this.caller,
      requestId: randomUUID(),
    };
  }
}

const hasFailed = (part: Part | undefined): boolean => part?.failure != null;
