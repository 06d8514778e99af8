import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { byReadability, LinkList } from '../customer-links/bulk/link-list.ts';
import { Problem } from '../problems/problem.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type PeekResult, ProfileCache } from '../profile-cache/profile-cache.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { comparableId } from './comparable-id.ts';
import { type FoundCustomers } from './found-customers.schema.ts';
import { type IndexedProfile, LookupIndex, MAX_INDEXED } from './lookup-index.ts';
import { type LookupReference, referencesOf } from './lookup-references.ts';

const MAX_LINKS = 1000;
/** Profiles that are read concurrently. They share one connection, and each has REDIS_TIMEOUT_MS. */
const CONCURRENCY = 64;

/** Finds customers by stored links and by the index of cached profiles. It confirms each one before it answers. */
@Injectable()
export class CustomerLookupsService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly index: LookupIndex,
    private readonly links: LinkList,
  ) {}

  /** @throws Problem `lookup_unavailable` without a configured Redis; RedisUnavailable, or Redis's own error reply, when it fails */
  async find(organisation: string, reference: LookupReference): Promise<FoundCustomers> {
    if (this.config.redis === null)
      throw new Problem('lookup_unavailable', 'Look-ups need Redis, and none is configured (REDIS_URL).');
    const [linked, cached] = await Promise.all([
      this.linked(organisation, reference),
      this.cached(organisation, reference),
    ]);
    const customerIds = [...new Set([...linked.customerIds, ...cached.customerIds])].sort();
    return linked.more || cached.more ? { customerIds, more: true } : { customerIds };
  }

  /** By the stored links. */
  private async linked(organisation: string, { system, id }: LookupReference): Promise<FoundCustomers> {
    if (system !== 'billing' || !this.config.linkResolvers.includes('link-store')) return { customerIds: [] };
    const page = await this.links.page(organisation, id, '', MAX_LINKS);
    const { links, unreadable } = byReadability(page);
    const customerIds = links.map(({ customerId }) => customerId);
    return page.after === null && unreadable.length === 0 ? { customerIds } : { customerIds, more: true };
  }

  /** By the cached profiles. It removes the entries that they no longer confirm from the index. */
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

  /** Nothing is cached of an erased customer. */
  private async peek(key: ProfileKey): Promise<Pick<PeekResult, 'parts' | 'redisAnswered'>> {
    try {
      return await this.cache.peek(key);
    } catch (error) {
      if (error instanceof CustomerErased) return { parts: {}, redisAnswered: true };
      throw error;
    }
  }

  private async isConfirmed(profile: IndexedProfile, { system, id }: LookupReference): Promise<boolean> {
    const { parts, redisAnswered } = await this.peek(profile.key);
    const confirmed = referencesOf(profile.key, parts, this.clock.now());
    const wanted = comparableId(system, id);
    if (confirmed.some((one) => one.system === system && one.id === wanted)) return true;
    if (!redisAnswered) throw new RedisUnavailable('Redis did not answer for the cached profile');
    await this.index.drop(profile, { system, id });
    return false;
  }
}
