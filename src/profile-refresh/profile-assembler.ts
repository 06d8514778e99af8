import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LinkResolver } from '../customer-links/link-resolver.ts';
import { PartFactory } from '../profile-cache/part-factory.ts';
import { ResellerCustomersClient } from '../reseller-customers/reseller-customers.client.ts';
import { Deadline } from '../resilience/deadline.ts';
import { askSource } from './ask-source.ts';
import { type Assembly } from './assembly.ts';
import { ConnectorFanOut } from './connector-fan-out.ts';
import { type BillingPart, type ProfileParts, type ResellerPart } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { isNeeded } from './freshness.ts';

/** Asks the sources of a profile, in parallel, for the parts that are due; a failure becomes a part that says so. */
@Injectable()
export class ProfileAssembler {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly partFactory: PartFactory,
    private readonly links: LinkResolver,
    private readonly reseller: ResellerCustomersClient,
    private readonly connectors: ConnectorFanOut,
  ) {}

  /**
   * Settles in `assembly` every part that `query` needs; what it knows already and is not due is not asked for again.
   */
  async assemble(query: ReadRequirements, assembly: Assembly): Promise<void> {
    const cached = assembly.base;
    const siblings = new AbortController();
    const deadline = new Deadline(this.clock, this.config.requestBudgetMs, assembly.signal, siblings.signal);
    const reseller = this.settleReseller(query, cached.reseller, assembly, deadline).then((part) => {
      // There is no such customer: what the others would say is of no use.
      if (part?.state === 'customer_unknown') siblings.abort();
    });
    await Promise.all([reseller, this.settleConnectors(query, cached, assembly, deadline)]);
  }

  private async settleReseller(
    query: ReadRequirements,
    cached: ResellerPart | undefined,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<ResellerPart | undefined> {
    if (!query.reseller || (cached && !isNeeded('reseller', cached, query, this.clock.now()))) return cached;
    const part: ResellerPart = await askSource(this.partFactory, cached, async () => {
      const answer = await this.reseller.getCustomer(query.customerId, query.organisation, query.requestId, deadline);
      return { state: answer.state, value: answer.state === 'ok' ? answer.customer : null };
    });
    assembly.settle('reseller', part);
    return part;
  }

  private async settleConnectors(
    query: ReadRequirements,
    cached: ProfileParts,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<void> {
    const link = await this.settleLink(query, cached.billing, assembly, deadline);
    if (!link.value) return;
    const { billingCustomerId } = link.value;
    const known = cached.billing?.value?.billingCustomerId === billingCustomerId ? cached : {};
    await this.connectors.settle(query, billingCustomerId, known, assembly, deadline);
  }

  private async settleLink(
    query: ReadRequirements,
    cached: BillingPart | undefined,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<BillingPart> {
    if (cached && !isNeeded('billing', cached, query, this.clock.now())) return cached;
    let isAmbiguous = false as boolean;
    const part: BillingPart = await askSource(this.partFactory, cached, async () => {
      const { organisation, customerId, billingCustomerId: requested, requestId } = query;
      const { link, ambiguous } = await this.links.resolve({
        organisation,
        customerId,
        requested,
        requestId,
        deadline,
      });
      isAmbiguous = ambiguous;
      return { state: link ? 'linked' : 'unlinked', value: link };
    });
    const settled = isAmbiguous ? { ...part, ambiguous: true as const } : part;
    assembly.settle('billing', settled);
    return settled;
  }
}
