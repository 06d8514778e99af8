import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { UpstreamStatus } from '../upstream/upstream-status.ts';
import { toBundle } from './bundle.ts';
import { explain, type Explained } from './explanation.ts';
import { type Bundle, type Explanation } from './explanation.schema.ts';
import { type ExplanationQuery } from './explanation-request.pipe.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { RecentFailures } from '../profile-refresh/recent-failures.ts';
import { cacheKeyOf, sourcesOf } from '../profile-refresh/read-requirements.ts';

/** Explains profiles from the cache alone. It asks no source and changes nothing in the cache. */
@Injectable()
export class ExplanationsService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly cache: ProfileCache,
    private readonly upstreams: UpstreamStatus,
    private readonly failures: RecentFailures,
  ) {}

  /** The explanation, or the bundle that merges to the same record. */
  async read({ read: query, asBundle, showsValues }: ExplanationQuery): Promise<Explanation | Bundle> {
    const { customerId, organisation, connectors } = query;
    const { parts: cached, level, redisAnswered } = await this.cache.peek(cacheKeyOf(query));
    const now = this.clock.now();
    const policy = this.config.mergePolicy;
    const all = cached as ProfileParts;
    const kept = sourcesOf(query).flatMap((source) => (all[source] ? [[source, all[source]] as const] : []));
    const parts = Object.fromEntries(kept) as ProfileParts;
    if (asBundle) return toBundle({ customerId, parts, connectors, now, policy }, !showsValues);
    const redis = this.config.redis === null ? 'not_configured' : redisAnswered ? 'answered' : 'unavailable';
    const breakerOf = this.breakers(organisation.id);
    const failureOf: Explained['failureOf'] = (source) =>
      this.failures.of({ organisation: organisation.id, customerId, source });
    return explain({ query, parts, cache: { level, redis }, policy, showsValues, now, breakerOf, failureOf });
  }

  private breakers(organisation: string): Explained['breakerOf'] {
    const all = this.upstreams.report().filter((health) => health.organisation === organisation);
    return (source) => {
      const operation = this.operationOf(source);
      const health = all.find(({ upstream }) => upstream === (source === 'reseller' ? 'reseller' : 'billing'));
      if (operation === null || !health) return null;
      return health.openBreakers.includes(operation) ? health.breaker : 'closed';
    };
  }

  /** The operation of its upstream that brings a source's part; null: the link store alone says it. */
  private operationOf(source: SourceName): string | null {
    if (source === 'reseller') return 'get_customer';
    if (source !== 'billing') return `get_connector_${source}`;
    return this.config.linkResolvers.includes('billing-external-id') ? 'find_customer' : null;
  }
}
