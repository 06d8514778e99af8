import { isConnector, type SourceName } from '../config/source-names.ts';
import { type Part } from '../profile-cache/part.ts';
import { type CacheRead } from '../profile-cache/profile-cache.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type Flight } from '../resilience/single-flight.ts';
import { CallWait, type WaitReason } from '../upstream/call-context.ts';
import { type LeasedFetches } from './leased-fetches.ts';
import { reasonToFetch } from './plan-read.ts';
import { byOwnClock, cacheKeyOf, type ReadRequirements } from './read-requirements.ts';
import { type RefreshServices } from './refresh-services.ts';
import { type FetchScope } from './source-fetcher.ts';
import { type FetchInFlight, isKept, type SourceResult } from './source-result.ts';

type SourceFlight = Flight<SourceResult, FetchInFlight>;

/** The flights of one job: those that it has started, and those of other jobs that it has joined. */
export class SourceFlights {
  private readonly flights = new Map<SourceName, SourceFlight>();
  private started = 0;

  /** @param id names the customer and its generation */
  constructor(
    private readonly services: RefreshServices,
    private readonly leased: LeasedFetches,
    private readonly id: string,
    private readonly requirements: ReadRequirements,
  ) {}

  /** Whether the job has started no flight, because all were already in progress. */
  get isCollapsed(): boolean {
    return this.started === 0;
  }

  /**
   * Joins the flight of a source, or starts one, until a part satisfies the read: a flight may find a part that another
   * process fetched before this read came.
   * @param name the name of the flight, which jobs with the same needs share
   * @returns undefined when the job has left it
   */
  async fetch<P extends Part>(
    source: SourceName,
    name: string,
    leaving: AbortSignal,
    fetch: (scope: FetchScope) => Promise<P>,
  ): Promise<P | undefined> {
    for (;;) {
      const flight = this.join(source, name, fetch);
      this.flights.set(source, flight);
      const result = await flight.hold(leaving);
      if (!result || result.isFetched || this.willDo(source, result.part)) return result?.part as P | undefined;
    }
  }

  /** The results so far. */
  results(): ReadonlyMap<SourceName, SourceResult> {
    const results = new Map<SourceName, SourceResult>();
    for (const [source, { signal, value }] of this.flights) {
      // A cancelled fetch says nothing about its source.
      if ('part' in value && !(signal.aborted && value.part.failure)) results.set(source, value);
    }
    const unknown = [...results].find(([source, { part }]) => isConnector(source) && part.state === 'customer_unknown');
    if (!unknown) return results;
    for (const source of this.flights.keys()) {
      const own = results.get(source);
      if (isConnector(source) && (!own || own.part.failure)) results.set(source, unknown[1]);
    }
    return results;
  }

  /** Why fetches that have not been sent yet are waiting, by source. */
  waitReasons(): ReadonlyMap<SourceName, WaitReason> {
    const held = [...this.flights].flatMap(([source, { value }]) =>
      'part' in value || !value.waitReason ? [] : [[source, value.waitReason] as const],
    );
    return new Map(held);
  }

  private join(source: SourceName, name: string, fetch: (scope: FetchScope) => Promise<Part>): SourceFlight {
    const { notBefore } = this.requirements.directives;
    const { flight, joined } = this.services.flights.join(
      `${this.id} ${name}`,
      ({ sentAt, ended, value }) =>
        (sentAt === null || sentAt >= notBefore) && (!ended || ('part' in value && this.willStillDo(source, value))),
      ({ signal }, onSent) => {
        const wait = new CallWait();
        const fetchNow = async (): Promise<SourceResult> => {
          onSent();
          const askedAt = this.services.clock.monotonic();
          return {
            part: await fetch({ signal, wait, redisTime: this.leased.latest.redisTime }),
            isFetched: true,
            askedAt,
          };
        };
        const find = this.services.fetcher.asksUpstream(source)
          ? (read: CacheRead): SourceResult | null => this.find(source, read)
          : null;
        const { result, written } = this.leased.start(source, signal, find, fetchNow);
        return { result, soFar: () => ({ waitReason: wait.reason }), joinableUntil: written };
      },
    );
    if (joined) this.leased.giveUp(source);
    else this.started += 1;
    return flight;
  }

  private find(source: SourceName, read: CacheRead): SourceResult | null {
    const parts: ProfileParts = read.customer.partsOf(cacheKeyOf(this.requirements).variant);
    const part = parts[source];
    return part && this.willDo(source, part) ? { part, isFetched: false, askedAt: null } : null;
  }

  private willDo(source: SourceName, part: Part, requirements = this.requirements): boolean {
    return isKept(source, part) && reasonToFetch(part, source, requirements, this.services.clock.now()) === null;
  }

  /** Whether the result of a flight satisfies another job. */
  private willStillDo(source: SourceName, { part, isFetched }: SourceResult): boolean {
    return this.willDo(source, part, isFetched ? byOwnClock(this.requirements) : this.requirements);
  }
}
