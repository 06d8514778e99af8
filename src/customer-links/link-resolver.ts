import { Injectable } from '@nestjs/common';
import { BillingConnectorsClient } from '../billing-connectors/billing-connectors.client.ts';
import { Config, type LinkResolverName } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../resilience/deadline.ts';
import { LinkStore } from './link-store.ts';

/** Which billing customer a reseller customer is, and who said so. */
export interface ResolvedLink {
  readonly billingCustomerId: string;
  readonly resolver: LinkResolverName;
  /** The `external_id` at the billing platform, where the resolver came to know it; absent: not known. */
  readonly externalId?: string | null;
}

/** A definite answer: the link, or that none is known. */
export interface LinkResolution {
  readonly link: ResolvedLink | null;
  /** No link is known because several billing customers have this customer's id as their `external_id`. */
  readonly ambiguous: boolean;
}

/** For whom a link is looked for. */
export interface LinkQuery {
  readonly organisation: Organisation;
  readonly customerId: string;
  /** The billing customer that the request itself names, a lower-case UUID. */
  readonly requested: string | null;
  /** For the log. */
  readonly requestId: string;
  readonly deadline: Deadline;
}

/** Finds the billing customer of a reseller customer, in the order of `LINK_RESOLVERS`; the first who knows decides. */
@Injectable()
export class LinkResolver {
  constructor(
    private readonly config: Config,
    private readonly store: LinkStore,
    private readonly billing: BillingConnectorsClient,
  ) {}

  /**
   * @throws LinkStoreUnavailable when the store cannot say, UpstreamError when the billing platform cannot: then nothing
   * is known, not even that there is no link
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

  private async stored({ organisation, customerId }: LinkQuery): Promise<{ billingCustomerId: string } | null> {
    if (!this.store.exists) return null;
    const found = await this.store.get({ organisation: organisation.id, customerId });
    return found && { billingCustomerId: found.link.billingCustomerId };
  }

  private async byExternalId(query: LinkQuery): Promise<Omit<ResolvedLink, 'resolver'> | 'ambiguous' | null> {
    const { customerId, organisation, requestId, deadline } = query;
    const [first, ...more] = await this.billing.findCustomers(customerId, organisation, requestId, deadline);
    if (first === undefined) return null;
    return more.length > 0 ? 'ambiguous' : { billingCustomerId: first, externalId: customerId };
  }
}
