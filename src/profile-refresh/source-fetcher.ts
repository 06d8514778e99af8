import { Injectable } from '@nestjs/common';
import { BillingConnectorsClient } from '../billing-connectors/billing-connectors.client.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type CustomerSource, isConnector, type SourceName } from '../config/source-names.ts';
import { LinkResolver } from '../customer-links/link-resolver.ts';
import { type Part } from '../profile-cache/part.ts';
import { PartFactory } from '../profile-cache/part-factory.ts';
import {
  type BillingPart,
  type ConnectorPart,
  type ProfileParts,
  type ResellerPart,
} from '../profile-merge/profile-parts.ts';
import { isRedisFailure } from '../redis/redis-errors.ts';
import { type RedisTime } from '../redis/redis-time.ts';
import { ResellerCustomersClient } from '../reseller-customers/reseller-customers.client.ts';
import { Deadline } from '../resilience/deadline.ts';
import { type CallContext, type CallWait } from '../upstream/call-context.ts';
import { causeOf } from '../upstream/quota/quota-user.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { RecentFailures } from './recent-failures.ts';

/** One fetch: the signal ends it early, `wait` tells why it has not been sent yet, and `redisTime` is how long it waits for Redis. */
export interface FetchScope {
  readonly signal: AbortSignal;
  readonly wait: CallWait;
  readonly redisTime: RedisTime;
}

type FetchOfCustomer = (requirements: ReadRequirements, previous: ProfileParts, scope: FetchScope) => Promise<Part>;

/**
 * Fetches one source's part; a failure becomes a part, too. Each fetch has the whole request budget, even when its callers
 * have less time left, and ends early when the signal fires.
 */
@Injectable()
export class SourceFetcher {
  /** Fetches the part of a source that is called with the customer's id. */
  readonly ofCustomer: Readonly<Record<CustomerSource, FetchOfCustomer>> = {
    reseller: (requirements, { reseller }, scope) => this.reseller(requirements, reseller, scope),
  };

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly partFactory: PartFactory,
    private readonly links: LinkResolver,
    private readonly resellerCustomers: ResellerCustomersClient,
    private readonly billingConnectors: BillingConnectorsClient,
    private readonly failures: RecentFailures,
  ) {}

  /**
   * Announces which sources will be fetched soon, so that their clients can request cooldowns and quotas meanwhile.
   * @param withinMs how long to wait for Redis
   */
  prepare({ organisation, caller }: ReadRequirements, sources: readonly SourceName[], withinMs: number): void {
    if (sources.includes('reseller')) this.resellerCustomers.prepare(organisation, caller, withinMs);
    if (sources.some(isConnector)) this.billingConnectors.prepare(organisation, withinMs);
  }

  /** Whether fetching a source calls an upstream, which one process does for all. */
  asksUpstream(source: SourceName): boolean {
    return source !== 'billing' || this.config.linkResolvers.includes('billing-external-id');
  }

  /** The customer at the reseller customers API. */
  private async reseller(
    { customerId, organisation, caller, requestId }: ReadRequirements,
    previous: ResellerPart | undefined,
    scope: FetchScope,
  ): Promise<ResellerPart> {
    const part = await this.fetch<ResellerPart>(previous, { requestId, caller }, scope, async (context) => {
      const answer = await this.resellerCustomers.getCustomer(customerId, organisation, caller, context);
      return { state: answer.state, value: answer.state === 'ok' ? answer.customer : null };
    });
    this.failures.note({ organisation: organisation.id, customerId, source: 'reseller' }, part);
    return part;
  }

  /** The link to a billing customer. It always waits a little for the link store. */
  async link(
    { customerId, organisation, billingCustomerId, requestId, caller }: ReadRequirements,
    previous: BillingPart | undefined,
    scope: FetchScope,
  ): Promise<BillingPart> {
    const query = { organisation, customerId, requested: billingCustomerId, redisTime: scope.redisTime };
    const part = await this.fetch<BillingPart>(previous, { requestId, caller }, scope, async (context) => {
      const { link, ambiguous } = await this.links.resolve({ ...query, context });
      return { state: link ? 'linked' : 'unlinked', value: link, ...(ambiguous && { ambiguous }) };
    });
    this.failures.note({ organisation: organisation.id, customerId, source: 'billing' }, part);
    return part;
  }

  /** The billing customer's reference in a connector. */
  connector(
    name: ConnectorName,
    billingCustomerId: string,
    { organisation, requestId, caller }: ReadRequirements,
    previous: ConnectorPart | undefined,
    scope: FetchScope,
  ): Promise<ConnectorPart> {
    return this.fetch(previous, { requestId, caller }, scope, async (context) => {
      const answer = await this.billingConnectors.getConnector(
        billingCustomerId,
        name,
        organisation,
        context,
        caller.name,
      );
      return { state: answer.state, value: 'reference' in answer ? answer.reference : null };
    });
  }

  /** @param ask resolves to state and value of a definite answer, with further members of its part */
  private async fetch<P extends Part>(
    previous: P | undefined,
    { requestId, caller }: Pick<ReadRequirements, 'requestId' | 'caller'>,
    { signal, ...more }: FetchScope,
    ask: (context: CallContext) => Promise<Pick<P, 'state' | 'value'> & Omit<P, keyof Part>>,
  ): Promise<P> {
    const askedAt = this.clock.now();
    const deadline = new Deadline(this.clock, this.config.requestBudgetMs, signal);
    try {
      const { state, value, ...members } = await ask({ requestId, causedBy: causeOf(caller), deadline, ...more });
      return { ...this.partFactory.fromAnswer(state, value, askedAt, previous), ...members } as unknown as P;
    } catch (error) {
      if (error instanceof UpstreamError) return this.partFactory.fromFailure(error.state, previous, error) as P;
      // Only the link may be read from Redis.
      if (isRedisFailure(error)) return this.partFactory.fromFailure('link_store_unavailable', previous) as P;
      throw error;
    } finally {
      deadline.dispose();
    }
  }
}
