import { Injectable } from '@nestjs/common';
import { BillingConnectorsClient } from '../billing-connectors/billing-connectors.client.ts';
import { Config } from '../config/config.ts';
import { type LinkResolverName } from '../config/link-resolver-names.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { type RedisTime } from '../redis/redis-time.ts';
import { type CallContext } from '../upstream/call-context.ts';
import { LinkStore } from './link-store.ts';

/** Enough for a link store that answers at once, even when other commands to Redis were slow. */
const MIN_STORE_MS = 10;

/** The billing customer of a reseller customer, and the resolver that found it. */
export interface ResolvedLink {
  readonly billingCustomerId: string;
  readonly resolver: LinkResolverName;
  /** The `external_id` at the billing platform, when the resolver learnt it; absent: unknown. */
  readonly externalId?: string | null;
}

/** A definite answer: the link, or null when no resolver has one. */
export interface LinkResolution {
  readonly link: ResolvedLink | null;
  /** There is no link because several billing customers have this customer's id as their `external_id`. */
  readonly ambiguous: boolean;
}

/** A query for a customer's link. */
export interface LinkQuery {
  readonly organisation: Organisation;
  readonly customerId: string;
  /** The billing customer that the request itself names, a lower-case UUID. */
  readonly requested: string | null;
  readonly context: CallContext;
  /** How long to wait for the link store; it always waits a little. */
  readonly redisTime: RedisTime;
}

/** Finds the billing customer of a reseller customer, in the order of `LINK_RESOLVERS`; the first that has a link decides. */
@Injectable()
export class LinkResolver {
  constructor(
    private readonly config: Config,
    private readonly store: LinkStore,
    private readonly billing: BillingConnectorsClient,
  ) {}

  /**
   * @throws RedisUnavailable, or Redis's own error reply, when the stored link cannot be read; UpstreamError when the
   * billing platform gives no definite answer. Then there may or may not be a link
   */
  async resolve(query: LinkQuery): Promise<LinkResolution> {
    let ambiguous = false;
    for (const resolver of this.config.linkResolvers) {
      const found = await this.ask(resolver, query);
      if (found === 'ambiguous') ambiguous = true;
      else if (found) return { link: { ...found, resolver }, ambiguous: false };
    }
    return { link: null, ambiguous };
  }

  private async ask(
    resolver: LinkResolverName,
    query: LinkQuery,
  ): Promise<Omit<ResolvedLink, 'resolver'> | 'ambiguous' | null> {
    switch (resolver) {
      case 'request':
        return query.requested === null ? null : { billingCustomerId: query.requested };
      case 'link-store':
        return this.stored(query);
      case 'billing-external-id':
        return this.byExternalId(query);
    }
  }

  private async stored({
    organisation,
    customerId,
    redisTime,
  }: LinkQuery): Promise<{ billingCustomerId: string } | null> {
    if (!this.store.isConfigured) return null;
    const customer = { organisation: organisation.id, customerId };
    const found = await redisTime.waitFor((leftMs) => this.store.get(customer, Math.max(leftMs, MIN_STORE_MS)));
    return found && { billingCustomerId: found.link.billingCustomerId };
  }

  private async byExternalId(query: LinkQuery): Promise<Omit<ResolvedLink, 'resolver'> | 'ambiguous' | null> {
    const { customerId, organisation, context } = query;
    const [first, ...more] = await this.billing.findCustomers(customerId, organisation, context);
    if (first === undefined) return null;
    return more.length > 0 ? 'ambiguous' : { billingCustomerId: first, externalId: customerId };
  }
}
