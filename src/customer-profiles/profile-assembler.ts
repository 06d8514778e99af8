import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LinkResolver } from '../customer-links/link-resolver.ts';
import { Lifetimes } from '../profile-cache/lifetimes.ts';
import { ResellerCustomersClient } from '../reseller-customers/reseller-customers.client.ts';
import { Deadline } from '../upstream/deadline.ts';
import { askSource, isNeeded } from './ask-source.ts';
import { type Assembly } from './assembly.ts';
import { ConnectorFanOut } from './connector-fan-out.ts';
import { type BillingPart, type ProfileParts, type ResellerPart } from './profile-parts.ts';
import { type ProfileQuery } from './profile-query.ts';

/** Asks the sources of a profile, in parallel, for the parts that are due; a failure becomes a part that says so. */
@Injectable()
export class ProfileAssembler {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly lifetimes: Lifetimes,
    private readonly links: LinkResolver,
    private readonly reseller: ResellerCustomersClient,
    private readonly connectors: ConnectorFanOut,
  ) {}

  /**
   * Settles in `assembly` every part that `query` needs and `cached` does not have.
   * @param cached what is known already; parts that are not due are not asked for again
   */
  async assemble(query: ProfileQuery, cached: ProfileParts, assembly: Assembly): Promise<void> {
    const siblings = new AbortController();
    const deadline = new Deadline(this.config.requestBudgetMs, AbortSignal.any([assembly.signal, siblings.signal]));
    const reseller = this.settleReseller(query, cached.reseller, assembly, deadline).then((part) => {
      // There is no such customer: what the others would say is of no use.
      if (part?.state === 'customer_unknown') siblings.abort();
    });
    await Promise.all([reseller, this.settleConnectors(query, cached, assembly, deadline)]);
  }

  private async settleReseller(
    query: ProfileQuery,
    cached: ResellerPart | undefined,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<ResellerPart | undefined> {
    if (!query.reseller || !isNeeded(cached, query.required.includes('reseller'), this.clock.now())) return cached;
    const part: ResellerPart = await askSource(this.lifetimes, cached, async () => {
      const answer = await this.reseller.getCustomer(query.customerId, query.organisation, query.requestId, deadline);
      return { state: answer.state, value: answer.state === 'ok' ? answer.customer : null };
    });
    assembly.settle('reseller', part);
    return part;
  }

  private async settleConnectors(
    query: ProfileQuery,
    cached: ProfileParts,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<void> {
    const link = await this.settleLink(query, cached.billing, assembly);
    if (!link.value) return;
    const { billingCustomerId } = link.value;
    const known = cached.billing?.value?.billingCustomerId === billingCustomerId ? cached : {};
    await this.connectors.settle(query, billingCustomerId, known, assembly, deadline);
  }

  private async settleLink(
    query: ProfileQuery,
    cached: BillingPart | undefined,
    assembly: Assembly,
  ): Promise<BillingPart> {
    if (cached && !isNeeded(cached, query.required.includes('billing'), this.clock.now())) return cached;
    const part: BillingPart = await askSource(this.lifetimes, cached, async () => {
      const link = await this.links.resolve(query.organisation.id, query.customerId, query.billingCustomerId);
      return { state: link ? 'linked' : 'unlinked', value: link };
    });
    assembly.settle('billing', part);
    return part;
  }
}
