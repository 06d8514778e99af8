import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Lifetimes } from '../profile-cache/lifetimes.ts';
import { isDefinite, isUsable, type Part } from '../profile-cache/part.ts';
import { type CacheMarks, ProfileCache } from '../profile-cache/profile-cache.ts';
import { type ProfileEntry, type ProfileKey } from '../profile-cache/profile-entry.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Deadline } from '../upstream/deadline.ts';
import { Assembly } from './assembly.ts';
import { mergeProfile } from './merge.ts';
import { isNeeded } from './ask-source.ts';
import { ProfileAssembler } from './profile-assembler.ts';
import { type Profile } from './profile.ts';
import { type ProfileParts, type SourceName } from './profile-parts.ts';
import { type ProfileQuery } from './profile-query.ts';
import { refuseMissing } from './required-sources.ts';

/** An answer: the record, the parts it was made of, and the way it came about. */
export interface ProfileAnswer {
  readonly profile: Profile;
  readonly parts: ProfileParts;
  readonly cache: CacheOutcome;
}

/** In the words of RFC 9211: a hit, or why it was forwarded upstream and whether another request's fetch was joined. */
export type CacheOutcome =
  | { readonly hit: true; readonly level: 'local' | 'redis'; readonly refreshing?: boolean }
  | { readonly hit: false; readonly reason: 'miss' | 'stale' | 'partial'; readonly collapsed: boolean };

/** The aggregator: cache, then what is missing or due from the sources, then merge. */
@Injectable()
export class CustomerProfilesService implements BeforeApplicationShutdown {
  private readonly assemblies = new Map<string, { readonly assembly: Assembly; readonly kept: Promise<void> }>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly lifetimes: Lifetimes,
    private readonly assembler: ProfileAssembler,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Refreshes behind answers end before anything they use is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.assemblies.values()].map(({ kept }) => kept));
  }

  /**
   * The profile, complete or saying what is missing.
   * @throws Problem when the customer is unknown or a required source gave no definite answer
   */
  async read(query: ProfileQuery): Promise<ProfileAnswer> {
    const key = keyOf(query);
    const local = this.cache.local(key);
    if (local && this.isEnough(local.parts, query)) return this.answer(query, local, { hit: true, level: 'local' });

    const { entry, marks } = await this.cache.read(key);
    if (entry && this.isEnough(entry.parts, query)) return this.answer(query, entry, { hit: true, level: 'redis' });

    const cached = (entry?.parts ?? {}) as ProfileParts;
    const { assembly, collapsed } = this.join(key, query, cached, marks);
    if (entry && this.isUsable(entry, query) && !(await this.isRefreshedSoon(assembly, query)))
      return this.answer(query, { parts: entry.parts, record: null }, { hit: true, level: 'redis', refreshing: true });
    await assembly.wait(query.deadline());

    const parts = this.partsFor(query, cached, assembly);
    const reason = !entry ? 'miss' : sourcesOf(query).every((source) => entry.parts[source]) ? 'stale' : 'partial';
    return this.answer(query, { parts, record: null }, { hit: false, reason, collapsed });
  }

  /** The assembly of this query that is under way, or a new one. */
  private join(
    key: ProfileKey,
    query: ProfileQuery,
    cached: ProfileParts,
    marks: CacheMarks,
  ): { assembly: Assembly; collapsed: boolean } {
    const { organisation, customerId, variant } = key;
    // With the marks: what began before an invalidation is not joined by who comes after it.
    const sources = [sourcesOf(query), query.required];
    const id = [organisation, customerId, variant, marks.redis, marks.local, ...sources].join(':');
    const known = this.assemblies.get(id)?.assembly;
    // One that has ended is not written yet; it serves while what it found would do as an entry.
    const serves = known && (!known.ended || this.isEnough(this.partsFor(query, cached, known), query));
    return serves
      ? { assembly: known, collapsed: true }
      : { assembly: this.begin(id, key, query, cached, marks), collapsed: false };
  }

  /** Leaves the refresh its own time, whoever leaves, and waits a little for it. */
  private isRefreshedSoon(assembly: Assembly, query: ProfileQuery): Promise<boolean> {
    assembly.wait(new Deadline(this.config.requestBudgetMs)).catch((error: unknown) => {
      this.log.error({ err: error }, 'a refresh behind an answer failed');
    });
    return assembly.isDoneWithin(Math.min(this.config.cache.refreshWaitMs, query.deadline().remainingMs()));
  }

  private begin(id: string, key: ProfileKey, query: ProfileQuery, cached: ProfileParts, marks: CacheMarks): Assembly {
    const assembly = new Assembly((self) => this.assembler.assemble(query, cached, self));
    const forget = (): void => {
      if (this.assemblies.get(id)?.assembly === assembly) this.assemblies.delete(id);
    };
    // Whoever comes after the last waiter has left must not join what is being aborted.
    assembly.signal.addEventListener('abort', forget);
    // Until it is written, whoever has just looked into the cache in vain finds it here.
    const kept = assembly.done.then(() => this.keep(key, cached, assembly, marks)).then(forget, forget);
    this.assemblies.set(id, { assembly, kept });
    return assembly;
  }

  /** Writes behind the answer. A failure without an older answer is kept for connectors alone, so that a customer is asked for again. */
  private keep(key: ProfileKey, cached: ProfileParts, assembly: Assembly, marks: CacheMarks): Promise<void> {
    const unknown = assembly.parts.get('reseller')?.state === 'customer_unknown';
    // What was cut short because nobody waited for it says nothing about its source.
    const fetched = [...assembly.parts].filter(([source, part]) =>
      part.failure ? !assembly.signal.aborted && (isDefinite(part) || isConnector(source)) : true,
    );
    const settled = Object.fromEntries(fetched);
    const parts = (
      unknown ? { reseller: settled.reseller } : { ...withoutOtherLink(cached, assembly), ...settled }
    ) as ProfileParts;
    const all = this.config.billing.connectors;
    const full = parts.reseller && parts.billing && (!parts.billing.value || all.every((name) => parts[name]));
    const record = full ? mergeProfile(key.customerId, parts, all, this.clock.now()) : null;
    return this.cache.write(key, { ...key, parts, record }, marks, unknown);
  }

  /** What was cached, overlaid with what was fetched; what is still under way at the caller's deadline timed out for it. */
  private partsFor(query: ProfileQuery, cached: ProfileParts, assembly: Assembly): ProfileParts {
    const parts: Partial<Record<SourceName, Part>> = {
      ...withoutOtherLink(cached, assembly),
      ...Object.fromEntries(assembly.parts),
    };
    const now = this.clock.now();
    const pending = (source: SourceName): void => {
      if (assembly.parts.has(source) || !isNeeded(parts[source], query.required.includes(source), now)) return;
      parts[source] = this.lifetimes.failed('timeout', parts[source]);
    };
    if (query.reseller) pending('reseller');
    pending('billing');
    if (parts.billing?.value) query.connectors.forEach(pending);
    return parts as ProfileParts;
  }

  private isEnough(parts: ProfileParts, query: ProfileQuery): boolean {
    const now = this.clock.now();
    const has = (source: SourceName): boolean => !isNeeded(parts[source], query.required.includes(source), now);
    if (query.reseller && parts.reseller?.state === 'customer_unknown' && has('reseller')) return true;
    return (
      (!query.reseller || has('reseller')) && has('billing') && (!parts.billing?.value || query.connectors.every(has))
    );
  }

  /** Whether every part that is due may be answered with as it is, while it is refreshed. */
  private isUsable(entry: ProfileEntry, query: ProfileQuery): boolean {
    const parts = entry.parts as ProfileParts;
    const now = this.clock.now();
    const has = (source: SourceName): boolean => {
      const part: Part | undefined = parts[source];
      return part !== undefined && (isUsable(part, now) || !isNeeded(part, query.required.includes(source), now));
    };
    const needed = sourcesOf(query).filter((source) => !isConnector(source) || parts.billing?.value);
    return needed.every(has) && parts.reseller?.state !== 'customer_unknown';
  }

  private answer(
    query: ProfileQuery,
    entry: Pick<ProfileEntry, 'parts' | 'record'>,
    cache: CacheOutcome,
  ): ProfileAnswer {
    const now = this.clock.now();
    refuseMissing(query, entry.parts, now);
    const asked = new Set<string>(sourcesOf(query));
    const parts = Object.fromEntries(
      Object.entries(entry.parts).filter(([source]) => asked.has(source)),
    ) as ProfileParts;
    const isWhole = asked.size === 2 + this.config.billing.connectors.length;
    const profile =
      isWhole && entry.record
        ? (entry.record as Profile)
        : mergeProfile(query.customerId, parts, query.connectors, now);
    return { profile, parts, cache };
  }
}

function keyOf({ organisation, customerId, billingCustomerId }: ProfileQuery): ProfileKey {
  return { organisation: organisation.id, customerId, variant: billingCustomerId ?? 'stored-link' };
}

function isConnector(source: SourceName): boolean {
  return source !== 'reseller' && source !== 'billing';
}

function sourcesOf({ reseller, connectors }: ProfileQuery): readonly SourceName[] {
  return [...(reseller ? (['reseller'] as const) : []), 'billing', ...connectors];
}

/** The cached parts without the connectors of another billing customer, when the link has changed. */
function withoutOtherLink(cached: ProfileParts, assembly: Assembly): ProfileParts {
  const link = (assembly.parts.get('billing') ?? cached.billing) as ProfileParts['billing'];
  if (link?.value?.billingCustomerId === cached.billing?.value?.billingCustomerId) return cached;
  return { ...(cached.reseller ? { reseller: cached.reseller } : {}) };
}
