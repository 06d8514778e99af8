import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Part } from '../profile-cache/part.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { planRead } from '../profile-refresh/plan-read.ts';
import { cacheKeyOf, type ReadRequirements, requirementsSince } from '../profile-refresh/read-requirements.ts';
import { RefreshCoordinator } from '../profile-refresh/refresh-coordinator.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { type QuotaUser } from '../upstream/quota/quota-user.ts';
import { type FailureState } from '../upstream/upstream-error.ts';
import { type FoundCustomer } from './customer-scan.ts';
import { SweepPace } from './sweep-pace.ts';
import { type SweepOutcome } from './sweep-position.ts';

/** States in which the reseller was not called, or asks for a pause: the customer is visited again later. */
const POSTPONING_STATES: ReadonlySet<FailureState> = new Set([
  'throttled',
  'circuit_open',
  'overloaded',
  'skipped_budget',
]);
/** The shortest pause when the process is busy, or the reseller cannot be called. */
const PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;
/** With several organisations the sweep gives up a customer after this many pauses. */
const MAX_POSTPONEMENTS = 5;
/** For this long it then gives up the organisation's other customers at once. */
const GIVEN_UP_MS = 60_000;

/** How long to postpone a visit, and whether the reseller is the reason. */
interface Postponed {
  readonly byReseller: boolean;
  readonly ms: number;
}

/** Refreshes the customers that the sweep finds, each as a read would, but after all other work. */
@Injectable()
export class SweepVisits {
  private readonly caller: QuotaUser;
  /** By organisation, monotonic milliseconds. */
  private readonly givenUpUntil = new Map<string, number>();

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
   * Refreshes the customer unless every source was called since the round began. While the reseller cannot be called, it
   * waits; with several organisations it gives up after some pauses, because the others would wait, too.
   * @param since epoch ms when the round began
   * @throws RedisUnavailable, or the signal's reason when it fires
   */
  async visit(found: FoundCustomer, since: number, signal: AbortSignal): Promise<SweepOutcome> {
    const organisation = this.config.organisations.get(found.organisation);
    if (!organisation) return 'absent';
    const { customerId } = found;
    const { sources } = this.config;
    const requirements = requirementsSince(since, { organisation, customerId, sources, caller: this.caller });
    const isAlone = this.config.organisations.size === 1;
    for (let postponements = 0; ;) {
      const outcome = await this.tryOnce(found.isLinked, requirements, signal);
      if (typeof outcome === 'string') return outcome;
      if (outcome.byReseller) postponements += 1;
      if (!isAlone && this.isGivenUp(organisation.id, postponements)) return 'failed';
      await this.clock.sleep(outcome.ms, signal);
    }
  }

  private isGivenUp(organisation: string, postponements: number): boolean {
    const now = this.clock.monotonic();
    if (postponements >= MAX_POSTPONEMENTS) this.givenUpUntil.set(organisation, now + GIVEN_UP_MS);
    return postponements > 0 && now < (this.givenUpUntil.get(organisation) ?? -Infinity);
  }

  private async tryOnce(
    isLinked: boolean,
    requirements: ReadRequirements,
    signal: AbortSignal,
  ): Promise<SweepOutcome | Postponed> {
    try {
      return (await this.withoutFetch(isLinked, requirements)) ?? (await this.refreshed(requirements, signal));
    } catch (error) {
      if (error instanceof CustomerErased) return 'absent'; // Erased since the scan found it.
      throw error;
    }
  }

  /** The outcome when no source must be called; null: one must. */
  private async withoutFetch(isLinked: boolean, requirements: ReadRequirements): Promise<SweepOutcome | null> {
    const cached = await this.cache.peek(cacheKeyOf(requirements));
    if (!cached.redisAnswered) throw new RedisUnavailable('Redis does not say what is cached');
    const parts: ProfileParts = cached.parts;
    const isNothing = Object.keys(parts).length === 0 || parts.reseller?.state === 'customer_unknown';
    // A forgotten customer, or one that is unknown upstream, waits for its next read, unless a link says that somebody
    // needs it.
    if (isNothing && !isLinked) return 'absent';
    if (planRead(parts, requirements, this.clock.now()).fetch.length > 0) return null;
    return Object.values(parts).some(hasFailed) ? 'failed' : 'fresh';
  }

  private async refreshed(requirements: ReadRequirements, signal: AbortSignal): Promise<SweepOutcome | Postponed> {
    await this.pace.turn(signal);
    const key = cacheKeyOf(requirements);
    const read = await this.cache.read(key);
    // Without Redis nothing could be written.
    if (!read.token.redis) throw new RedisUnavailable('Redis does not say what is cached');
    const plan = planRead(read.customer.partsOf(key.variant), requirements, this.clock.now());
    if (plan.fetch.length === 0) return { byReseller: false, ms: 0 };
    const flight = this.refreshes.refreshBehind({ requirements, read, plan }, 'sweep');
    if (!flight) return { byReseller: false, ms: PAUSE_MS };
    await flight.joinableUntil;
    const { parts } = flight.value;
    const failure = parts.reseller?.failure;
    if (failure && POSTPONING_STATES.has(failure.state)) {
      const ms = Math.min(MAX_PAUSE_MS, Math.max(PAUSE_MS, failure.retryAt - this.clock.now()));
      return { byReseller: true, ms };
    }
    return Object.values(parts).some(hasFailed) ? 'failed' : 'refreshed';
  }
}

const hasFailed = (part: Part | undefined): boolean => part?.failure != null;
