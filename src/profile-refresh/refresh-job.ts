import { type ConnectorName } from '../config/connector-names.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { type CacheRead, type ProfileCache } from '../profile-cache/profile-cache.ts';
import { type SourceLeases } from '../profile-cache/source-leases.ts';
import { type BillingPart, type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { LinkedAbort } from '../resilience/linked-abort.ts';
import { type Flight, type SingleFlight } from '../resilience/single-flight.ts';
import { isConnector, planRead, type ReadPlan, reasonToFetch } from './plan-read.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { type ResponseBuilder } from './response-builder.ts';
import { type SourceFetcher } from './source-fetcher.ts';
import { SourceTurns } from './source-turns.ts';

/** What came of a source: its part, fetched here, or found where another process has written it. */
export interface SourceResult {
  readonly part: Part;
  readonly isFetched: boolean;
}

/** What a refresh has brought. */
export interface RefreshOutcome {
  /** What was cached, overlaid with what has come. */
  readonly parts: ProfileParts;
  /** The sources that have come; those that are missing are under way. */
  readonly results: ReadonlyMap<SourceName, SourceResult>;
  /** The whole record; null when a source is missing. */
  readonly response: CachedResponse | null;
  /** No fetch was begun for it: all were under way. */
  readonly isCollapsed: boolean;
}

/** What a job works with. */
export interface RefreshTools {
  readonly cache: ProfileCache;
  readonly leases: SourceLeases;
  readonly fetcher: SourceFetcher;
  readonly responses: ResponseBuilder;
  /** One flight a source, for all jobs. */
  readonly sources: SingleFlight<SourceResult>;
  readonly now: () => number;
}

/**
 * Refreshes one customer: fetches what the plan says, or joins the fetches of other jobs, and writes what has come. Leases
 * make it follow the fetches of other processes.
 */
export class RefreshJob {
  readonly outcome: Promise<RefreshOutcome>;
  /** Resolves when every fetch is begun or joined. */
  readonly started: Promise<void>;
  /** Resolves when what has come is written, or cannot be. */
  readonly written: Promise<void>;
  private readonly flights = new Map<SourceName, Flight<SourceResult>>();
  private readonly turns: SourceTurns;
  private readonly previous: ProfileParts;
  private startedFlights = 0;

  /**
   * @param id names the customer and its generation
   * @param signal fires when nobody waits for this job any more
   */
  constructor(
    private readonly tools: RefreshTools,
    private readonly id: string,
    private readonly key: ProfileKey,
    private readonly requirements: ReadRequirements,
    private readonly read: CacheRead,
    private readonly plan: ReadPlan,
    signal: AbortSignal,
  ) {
    this.previous = read.customer.partsOf(key.variant);
    const write = (sources: readonly string[]): Promise<void> => this.write(sources as readonly SourceName[]);
    this.turns = new SourceTurns(tools.cache, tools.leases, key, read, plan.fetch, write);
    const { promise: outcome, resolve } = Promise.withResolvers<RefreshOutcome>();
    this.outcome = outcome;
    this.written = outcome.then(() => undefined).finally(() => this.turns.end());
    const started = Promise.withResolvers<undefined>();
    this.started = started.promise;
    resolve(
      this.run(signal, () => {
        started.resolve(undefined);
      }),
    );
  }

  /** Whether this job has started no fetch: all of its sources were under way. */
  get isCollapsed(): boolean {
    return this.startedFlights === 0;
  }

  /** What has come so far. */
  soFar(): RefreshOutcome {
    const results = this.results();
    return { parts: this.partsWith(results), results, response: null, isCollapsed: this.isCollapsed };
  }

  private async run(signal: AbortSignal, markStarted: () => void): Promise<RefreshOutcome> {
    // Once there is no such customer, what the other sources would say is of no use.
    const siblings = new LinkedAbort(signal);
    await Promise.all([
      this.fetchReseller(signal).then((part) => {
        if (part?.state === 'customer_unknown') siblings.abort();
      }),
      this.fetchLink(siblings.signal).then((link) => {
        const connectors = this.fetchConnectors(link, siblings.signal);
        markStarted();
        return connectors;
      }),
    ]);
    siblings.unlink();
    const results = this.results();
    const parts = this.partsWith(results);
    return { parts, results, response: this.responseOf(parts, results), isCollapsed: this.isCollapsed };
  }

  private async fetchReseller(leaving: AbortSignal): Promise<Part | undefined> {
    const { fetcher } = this.tools;
    if (!this.plan.fetch.includes('reseller')) return this.previous.reseller;
    return this.fetch('reseller', 'reseller', leaving, (signal) =>
      fetcher.reseller(this.requirements, this.previous.reseller, signal),
    );
  }

  private async fetchLink(leaving: AbortSignal): Promise<BillingPart | undefined> {
    const { fetcher } = this.tools;
    if (!this.plan.fetch.includes('billing')) return this.previous.billing;
    return this.fetch('billing', `link@${this.key.variant}`, leaving, (signal) =>
      fetcher.link(this.requirements, this.previous.billing, signal),
    ) as Promise<BillingPart | undefined>;
  }

  /** `customer_unknown` from one connector applies to all; the fetches from the others are cancelled. */
  private async fetchConnectors(link: BillingPart | undefined, leaving: AbortSignal): Promise<void> {
    const cached = this.cachedFor(link);
    // With the link that has come: another billing customer has other connectors.
    const { fetch } = planRead(cached, this.requirements, this.tools.now());
    const wanted = this.requirements.connectors.filter((name) => link?.value && fetch.includes(name));
    for (const source of this.plan.fetch)
      if (isConnector(source) && !wanted.some((name) => name === source)) this.turns.leave(source);
    if (!link?.value) return;
    const { billingCustomerId } = link.value;
    const others = new LinkedAbort(leaving);
    const fetchOne = async (name: ConnectorName): Promise<void> => {
      const part = await this.fetch(name, `${name}@${billingCustomerId}`, others.signal, (signal) =>
        this.tools.fetcher.connector(name, billingCustomerId, this.requirements, cached[name], signal),
      );
      if (part?.state === 'customer_unknown') others.abort();
    };
    await Promise.all(wanted.map(fetchOne));
    others.unlink();
  }

  /**
   * Joins the flight of a source, or starts one, until there is a part that will do: a flight may bring what another process
   * has fetched before this read came.
   * @param name of the flight: jobs that mean the same share it
   * @returns undefined when the job has left it
   */
  private async fetch(
    source: SourceName,
    name: string,
    leaving: AbortSignal,
    fetch: (signal: AbortSignal) => Promise<Part>,
  ): Promise<Part | undefined> {
    for (;;) {
      const flight = this.join(source, name, fetch);
      this.flights.set(source, flight);
      const result = await flight.hold(leaving);
      if (!result || result.isFetched || this.willDo(source, result.part)) return result?.part;
    }
  }

  private join(source: SourceName, name: string, fetch: (signal: AbortSignal) => Promise<Part>): Flight<SourceResult> {
    const { notBefore } = this.requirements.directives;
    const find = (read: CacheRead): SourceResult | null => {
      const parts: ProfileParts = read.customer.partsOf(this.key.variant);
      const part = parts[source];
      return part && this.willDo(source, part) ? { part, isFetched: false } : null;
    };
    const { flight, joined } = this.tools.sources.join(
      `${this.id} ${name}`,
      ({ sentAt, ended, value }) =>
        (sentAt === null || sentAt >= notBefore) &&
        (!ended || (value !== undefined && this.willDo(source, value.part))),
      (signal, markSent) => {
        const fetchNow = async (): Promise<SourceResult> => {
          markSent();
          return { part: await fetch(signal), isFetched: true };
        };
        const result = this.tools.fetcher.asksUpstream(source)
          ? this.turns.take(source, signal, find, fetchNow)
          : this.turns.fetchAtOnce(source, fetchNow);
        return { result, soFar: () => undefined, joinableUntil: this.written };
      },
    );
    if (joined) this.turns.leave(source);
    else if (this.startedFlights === 0 && this.read.token.redis)
      this.tools.fetcher.prepare(this.requirements, this.plan.fetch);
    if (!joined) this.startedFlights += 1;
    return flight;
  }

  private willDo(source: SourceName, part: Part): boolean {
    return isKept(source, part) && reasonToFetch(part, source, this.requirements, this.tools.now()) === null;
  }

  private results(): ReadonlyMap<SourceName, SourceResult> {
    const results = new Map<SourceName, SourceResult>();
    for (const [source, { signal, value }] of this.flights) {
      // A fetch that was cancelled says nothing about its source.
      if (value && !(signal.aborted && value.part.failure)) results.set(source, value);
    }
    const unknown = [...results].find(([source, { part }]) => isConnector(source) && part.state === 'customer_unknown');
    if (!unknown) return results;
    for (const source of this.flights.keys()) {
      const own = results.get(source);
      if (isConnector(source) && (!own || own.part.failure)) results.set(source, unknown[1]);
    }
    return results;
  }

  private partsWith(results: ReadonlyMap<SourceName, SourceResult>): ProfileParts {
    const cached = this.cachedFor(results.get('billing')?.part as BillingPart | undefined);
    const fetched = [...results].map(([source, { part }]) => [source, part] as const);
    return { ...cached, ...(Object.fromEntries(fetched) as ProfileParts) };
  }

  /** What is cached, with this link and the connectors of its billing customer. */
  private cachedFor(link: BillingPart | undefined): ProfileParts {
    if (!link) return this.previous;
    const { reseller } = this.previous;
    const connectors = link.value ? this.read.customer.connectorsOf(link.value.billingCustomerId) : {};
    return { ...(reseller && { reseller }), billing: link, ...connectors };
  }

  /** The response that another process has made of the same parts, or a new one. */
  private responseOf(parts: ProfileParts, results: ReadonlyMap<SourceName, SourceResult>): CachedResponse | null {
    const latest = this.turns.latest.customer;
    const found: ProfileParts = latest.partsOf(this.key.variant);
    const isSame = [...results].every(([source, { part }]) => part === found[source]);
    const response = isSame ? latest.response(this.key.variant) : null;
    if (response?.mergeKey === this.tools.responses.mergeKey) return response;
    return this.tools.responses.build(this.key.customerId, parts);
  }

  /** Writes what was fetched of these sources; with the response, when the whole refresh has ended with them. */
  private async write(sources: readonly SourceName[]): Promise<void> {
    const { cache } = this.tools;
    const oneTurnLater = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
    const { parts, results, response } = (await Promise.race([this.outcome, oneTurnLater])) ?? this.soFar();
    const fetched = sources.filter((source) => {
      const result = results.get(source);
      return result?.isFetched && isKept(source, result.part);
    });
    const { reseller } = parts;
    if (fetched.includes('reseller') && reseller?.state === 'customer_unknown')
      return cache.replaceAll(this.key, this.read, 'reseller', reseller);
    if (fetched.length === 0) return;
    const stored = Object.entries(parts).filter(([source, part]) => isKept(source as SourceName, part));
    const isWhole = stored.length === Object.keys(parts).length;
    const update = { parts: Object.fromEntries(stored), fetched, response: isWhole ? response : null };
    await cache.write(this.key, this.turns.latest, update);
  }
}

/** A failure without an older answer is kept for connectors alone, so that a customer is asked for again. */
export function isKept(source: SourceName, part: Part): boolean {
  return isDefinite(part) || isConnector(source);
}
