import { type ConnectorName } from '../config/connector-names.ts';
import {
  connectorsOf,
  type CustomerSource,
  isConnector,
  isOfCustomer,
  type SourceName,
} from '../config/source-names.ts';
import { partField, type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { type Part } from '../profile-cache/part.ts';
import { type CacheRead } from '../profile-cache/profile-cache.ts';
import { type BillingPart, type ProfileParts } from '../profile-merge/profile-parts.ts';
import { LinkedAbort } from '../resilience/linked-abort.ts';
import { causeOf } from '../upstream/quota/quota-user.ts';
import { LeasedFetches } from './leased-fetches.ts';
import { planRead, type ReadPlan } from './plan-read.ts';
import { cacheKeyOf, type ReadRequirements } from './read-requirements.ts';
import { type RefreshOutcome } from './refresh-outcome.ts';
import { type RefreshServices } from './refresh-services.ts';
import { RefreshWrites } from './refresh-writes.ts';
import { type FetchScope } from './source-fetcher.ts';
import { SourceFlights } from './source-flights.ts';
import { type SourceResult } from './source-result.ts';

/** A refresh to be made. */
export interface PlannedRefresh<Requirements extends ReadRequirements = ReadRequirements> {
  readonly requirements: Requirements;
  /** The cached customer from which the plan was made. */
  readonly read: CacheRead;
  readonly plan: ReadPlan;
}

/**
 * Refreshes one customer: fetches the sources of the plan, or joins the fetches of other jobs, and writes the new parts. By
 * leases it follows the fetches of other processes.
 */
export class RefreshJob {
  readonly outcome: Promise<RefreshOutcome>;
  /** Resolves when every fetch has begun or been joined. */
  readonly started: Promise<void>;
  /** Resolves when the new parts are written, or cannot be. */
  readonly written: Promise<void>;
  private readonly flights: SourceFlights;
  private readonly leased: LeasedFetches;
  private readonly key: ProfileKey;
  private readonly requirements: ReadRequirements;
  private readonly read: CacheRead;
  private readonly plan: ReadPlan;
  private readonly previous: ProfileParts;

  /**
   * @param id names the customer and its generation
   * @param signal fires when nobody waits for this job any longer
   */
  constructor(
    private readonly services: RefreshServices,
    id: string,
    { requirements, read, plan }: PlannedRefresh,
    signal: AbortSignal,
  ) {
    this.key = cacheKeyOf(requirements);
    this.requirements = requirements;
    this.read = read;
    this.plan = plan;
    this.previous = read.customer.partsOf(this.key.variant);
    this.leased = new LeasedFetches(services, this.key, read, plan.fetch, {
      prepare: (sources, withinMs) => {
        services.fetcher.prepare(requirements, sources as readonly SourceName[], withinMs);
      },
      write: (sources) => writes.write(sources as readonly SourceName[]),
    });
    const writes = new RefreshWrites(services, requirements, read, this.leased, (sources) => this.outcomeOf(sources));
    this.flights = new SourceFlights(services, this.leased, id, requirements);
    const started = Promise.withResolvers<undefined>();
    this.started = started.promise;
    this.outcome = this.run(signal, () => {
      started.resolve(undefined);
    });
    this.written = this.outcome.then(() => undefined).finally(() => this.leased.end());
  }

  /** Whether this job has begun no fetch, because all were already in progress. */
  get isCollapsed(): boolean {
    return this.flights.isCollapsed;
  }

  /** The outcome so far. */
  soFar(): RefreshOutcome {
    const results = this.flights.results();
    const { isCollapsed } = this;
    return {
      parts: this.partsWith(results),
      results,
      waitReasons: this.flights.waitReasons(),
      response: null,
      built: null,
      isCollapsed,
    };
  }

  private async run(signal: AbortSignal, onStarted: () => void): Promise<RefreshOutcome> {
    // When the customer does not exist, no other source need answer.
    const siblings = new LinkedAbort(signal);
    const ofCustomer = this.requirements.sources.filter(isOfCustomer).map(async (source) => {
      const part = await this.fetchOfCustomer(source, siblings.signal);
      if (part?.state === 'customer_unknown') siblings.abort();
    });
    const connectors = this.fetchLink(siblings.signal).then((link) => {
      const fetches = this.fetchConnectors(link, siblings.signal);
      onStarted();
      return fetches;
    });
    await Promise.all([...ofCustomer, connectors]).finally(siblings.unlink);
    await this.services.turns.next(causeOf(this.requirements.caller));
    const outcome = this.soFar();
    const found = this.foundResponse(outcome);
    const built = found ? null : this.services.responses.build(this.key, outcome.parts);
    return { ...outcome, response: found ?? built?.response ?? null, built };
  }

  private async fetchOfCustomer(source: CustomerSource, leaving: AbortSignal): Promise<Part | undefined> {
    if (!this.plan.fetch.includes(source)) return this.previous[source];
    return this.fetch(source, null, leaving, (scope) =>
      this.services.fetcher.ofCustomer[source](this.requirements, this.previous, scope),
    );
  }

  private async fetchLink(leaving: AbortSignal): Promise<BillingPart | undefined> {
    const { billing } = this.previous;
    if (!this.plan.fetch.includes('billing')) return billing;
    return this.fetch('billing', null, leaving, (scope) =>
      this.services.fetcher.link(this.requirements, billing, scope),
    );
  }

  /** `customer_unknown` from one connector applies to all; the fetches from the others are cancelled. */
  private async fetchConnectors(link: BillingPart | undefined, leaving: AbortSignal): Promise<void> {
    const cached = this.cachedFor(link);
    // Plans again with the new link: another billing customer has other connectors.
    const { fetch } = planRead(cached, this.requirements, this.services.clock.now());
    const wanted = connectorsOf(this.requirements.sources).filter((name) => link?.value && fetch.includes(name));
    for (const source of this.plan.fetch)
      if (isConnector(source) && !wanted.some((name) => name === source)) this.leased.giveUp(source);
    if (!link?.value) return;
    const { billingCustomerId } = link.value;
    const others = new LinkedAbort(leaving);
    const fetchOne = async (name: ConnectorName): Promise<void> => {
      const part = await this.fetch(name, billingCustomerId, others.signal, (scope) =>
        this.services.fetcher.connector(name, billingCustomerId, this.requirements, cached[name], scope),
      );
      if (part?.state === 'customer_unknown') others.abort();
    };
    await Promise.all(wanted.map(fetchOne)).finally(others.unlink);
  }

  /** Fetches in a flight, which is shared by reads that know the same invalidations of the source. The part says which ones it has seen. */
  private fetch<P extends Part>(
    source: SourceName,
    billingCustomerId: string | null,
    leaving: AbortSignal,
    fetch: (scope: FetchScope) => Promise<P>,
  ): Promise<P | undefined> {
    const { redis, wide } = this.read.token;
    const seen = [wide, Number(redis?.generation ?? 0)] as const;
    const numbers = this.services.wide.of(this.key.organisation);
    const wideNumber = Math.min(wide, numbers.ofSource(source, billingCustomerId));
    const name = `${partField(source, this.key.variant, billingCustomerId)} ${wideNumber}`;
    return this.flights.fetch(source, name, leaving, async (scope) => ({ ...(await fetch(scope)), seen }));
  }

  private partsWith(results: ReadonlyMap<SourceName, SourceResult>): ProfileParts {
    const cached = this.cachedFor(results.get('billing')?.part as BillingPart | undefined);
    const fetched = [...results].map(([source, { part }]) => [source, part] as const);
    return { ...cached, ...Object.fromEntries(fetched) };
  }

  /** The cached parts, with this link and the connectors of its billing customer. */
  private cachedFor(link: BillingPart | undefined): ProfileParts {
    if (!link) return this.previous;
    const connectors = link.value ? this.read.customer.connectorsOf(link.value.billingCustomerId) : {};
    const own = Object.entries(this.previous).filter(([source]) => !isConnector(source));
    return { ...Object.fromEntries(own), billing: link, ...connectors };
  }

  /** The response that another process has made of the same parts; null: there is none. */
  private foundResponse({ results }: RefreshOutcome): CachedResponse | null {
    const latest = this.leased.latest.customer;
    const found: ProfileParts = latest.partsOf(this.key.variant);
    const isSame = [...results].every(([source, { part }]) => part === found[source]);
    const response = isSame ? latest.response(this.key.variant) : null;
    return response?.mergeKey === this.services.responses.mergeKey ? response : null;
  }

  /** The outcome, when it has all of these sources; else the outcome so far. */
  private async outcomeOf(sources: readonly SourceName[]): Promise<RefreshOutcome> {
    const outcome = await Promise.race([this.outcome, Promise.resolve(undefined)]);
    // A fetch may outlive the job that began it, for others that wait for it.
    return outcome && sources.every((source) => outcome.results.has(source)) ? outcome : this.soFar();
  }
}
