import { Injectable } from '@nestjs/common';
import { connectorOperation, FIND_CUSTOMER } from '../billing-connectors/billing-connectors.client.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { connectorsOf, type SourceName } from '../config/source-names.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { partsAmong } from '../profile-merge/profile-parts.ts';
import { cacheKeyOf } from '../profile-refresh/read-requirements.ts';
import { RecentFailures } from '../profile-refresh/recent-failures.ts';
import { GET_CUSTOMER } from '../reseller-customers/reseller-customers.client.ts';
import { type UpstreamCall } from '../upstream/upstream-call.ts';
import { UpstreamStatus } from '../upstream/upstream-status.ts';
import { toBundle } from './bundle.ts';
import { type Bundle, type Explanation } from './explanation.schema.ts';
import { explain, type Explained } from './explanation.ts';
import { type ExplanationQuery } from './explanation-request.pipe.ts';

/** Explains profiles from the cache. It calls no source and does not change the cache. */
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
    const { customerId, organisation, sources } = query;
    const { parts: cached, level, redisAnswered } = await this.cache.peek(cacheKeyOf(query));
    const now = this.clock.now();
    const policy = this.config.mergePolicy;
    const parts = partsAmong(sources, cached);
    if (asBundle) return toBundle({ customerId, parts, connectors: connectorsOf(sources), now, policy }, !showsValues);
    const redis = this.config.redis === null ? 'not_configured' : redisAnswered ? 'answered' : 'unavailable';
    const callsOf = this.calls(organisation.id);
    const failureOf: Explained['failureOf'] = (source) =>
      this.failures.of({ organisation: organisation.id, customerId, source });
    return explain({ query, parts, cache: { level, redis }, policy, showsValues, now, callsOf, failureOf });
  }

  private calls(organisation: string): Explained['callsOf'] {
    const all = this.upstreams.report().filter((health) => health.organisation === organisation);
    return (source) => {
      const call = this.callFor(source);
      const health = all.find((one) => one.upstream === call?.upstream);
      if (call === null || !health) return { breaker: null, lastAnswerAt: null };
      const breaker = health.openBreakers.includes(call.operation) ? health.breaker : 'closed';
      return { breaker, lastAnswerAt: this.upstreams.lastAnswerAt({ ...call, organisation }) };
    };
  }

  /** The call that fetches a source's part; null: only the link store provides it. */
  private callFor(source: SourceName): Pick<UpstreamCall<unknown>, 'upstream' | 'operation'> | null {
    switch (source) {
      case 'reseller':
        return GET_CUSTOMER;
      case 'billing':
        return this.config.linkResolvers.includes('billing-external-id')
          ? { upstream: 'billing', operation: FIND_CUSTOMER }
          : null;
      default:
        return { upstream: 'billing', operation: connectorOperation(source) };
    }
  }
}
