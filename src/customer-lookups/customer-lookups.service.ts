import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LinkList } from '../customer-links/bulk/link-list.ts';
import { LinkStoreUnavailable } from '../customer-links/link-store.ts';
import { Problem } from '../problems/problem.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type IndexedProfile, IndexUnavailable, MAX_INDEXED, ProfileIndex } from './lookup-index.ts';
import { type LookupReference, referencesOf } from './lookup-references.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';

/** The customers known under another system's id. */
export interface FoundCustomers {
  readonly customerIds: readonly string[];
  /** There may be more than these: their number is bounded. */
  readonly more?: true;
}

/** Redis did not say what is cached. */
class CacheUncertain extends Error {}

const WITHOUT_REDIS = [CacheUncertain, IndexUnavailable, LinkStoreUnavailable];
const MAX_LINKS = 1000;
/** So many profiles are looked at at once: they share one connection, and each has REDIS_TIMEOUT_MS. */
const CONCURRENCY = 64;

/** Finds customers by stored links and by what was noted when profiles were written; each is confirmed before it is named. */
@Injectable()
export class CustomerLookups {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly index: ProfileIndex,
    private readonly links: LinkList,
  ) {}

  /** @throws Problem `lookup_unavailable` */
  async find(organisation: string, reference: LookupReference): Promise<FoundCustomers> {
    if (this.config.redis === null)
      throw new Problem('lookup_unavailable', 'Customers are looked up in Redis, and none is configured (REDIS_URL).');
    try {
      const [linked, cached] = await Promise.all([
        this.linked(organisation, reference),
        this.cached(organisation, reference),
      ]);
      const customerIds = [...new Set([...linked.customerIds, ...cached.customerIds])].sort();
      return linked.more || cached.more ? { customerIds, more: true } : { customerIds };
    } catch (cause) {
      if (!WITHOUT_REDIS.some((error) => cause instanceof error)) throw cause;
      const headers = { 'retry-after': '5' };
      throw new Problem('lookup_unavailable', 'Redis does not answer. Try again.', { cause, headers });
    }
  }

  /** By the stored links. @throws LinkStoreUnavailable */
  private async linked(organisation: string, { system, id }: LookupReference): Promise<FoundCustomers> {
    if (system !== 'billing' || !this.config.linkResolvers.includes('link-store')) return { customerIds: [] };
    const { links, after } = await this.links.page(organisation, id, '', MAX_LINKS);
    const customerIds = links.map(({ customerId }) => customerId);
    return after === null ? { customerIds } : { customerIds, more: true };
  }

  /** By the cached profiles. Entries that they no longer confirm are removed from the index. */
  private async cached(organisation: string, reference: LookupReference): Promise<FoundCustomers> {
    const indexed = await this.index.profiles(organisation, reference);
    const customerIds: string[] = [];
    for (let from = 0; from < indexed.length; from += CONCURRENCY) {
      const some = indexed.slice(from, from + CONCURRENCY);
      const confirmed = await Promise.all(some.map((profile) => this.isConfirmed(profile, reference)));
      customerIds.push(...some.filter((_profile, at) => confirmed[at]).map(({ key }) => key.customerId));
    }
    return indexed.length < MAX_INDEXED ? { customerIds } : { customerIds, more: true };
  }

  private async isConfirmed(profile: IndexedProfile, { system, id }: LookupReference): Promise<boolean> {
    const { entry, isCertain } = await this.cache.peek(profile.key);
    const parts = (entry?.parts ?? {}) as ProfileParts;
    const confirmed = referencesOf(profile.key, parts, this.clock.now());
    if (confirmed.some((known) => known.system === system && known.id === id)) return true;
    if (!isCertain) throw new CacheUncertain('Redis did not say what is cached');
    await this.index.drop(profile, { system, id });
    return false;
  }
}
