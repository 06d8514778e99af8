import { Injectable } from '@nestjs/common';
import { Config, type LinkResolverName } from '../config/config.ts';
import { LinkStore } from './link-store.ts';

/** Which billing customer a reseller customer is, and who said so. */
export interface ResolvedLink {
  readonly billingCustomerId: string;
  readonly resolver: LinkResolverName;
}

/** Finds the billing customer of a reseller customer, in the order of `LINK_RESOLVERS`. */
@Injectable()
export class LinkResolver {
  constructor(
    private readonly config: Config,
    private readonly store: LinkStore,
  ) {}

  /**
   * @param requested the billing customer the request itself names, a lower-case UUID
   * @returns null when no link is known, which is a definite answer
   * @throws LinkStoreUnavailable when the store cannot say
   */
  async resolve(organisation: string, customerId: string, requested: string | null): Promise<ResolvedLink | null> {
    for (const resolver of this.config.linkResolvers) {
      const billingCustomerId = resolver === 'request' ? requested : await this.stored(organisation, customerId);
      if (billingCustomerId !== null) return { billingCustomerId, resolver };
    }
    return null;
  }

  private async stored(organisation: string, customerId: string): Promise<string | null> {
    if (!this.store.exists) return null;
    return (await this.store.get(organisation, customerId))?.billingCustomerId ?? null;
  }
}
