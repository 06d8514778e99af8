import { Injectable } from '@nestjs/common';
import { BillingConnectorsClient } from '../billing-connectors/billing-connectors.client.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { Config } from '../config/config.ts';
import { LinkResolver } from '../customer-links/link-resolver.ts';
import { LinkStoreUnavailable } from '../customer-links/link-store.ts';
import { Lifetimes } from '../profile-cache/lifetimes.ts';
import { isDefinite, isDue, type Part } from '../profile-cache/part.ts';
import { Clock } from '../config/clock.ts';
import { ResellerCustomersClient } from '../reseller-customers/reseller-customers.client.ts';
import { Deadline } from '../upstream/deadline.ts';
import { UpstreamError } from '../upstream/upstream.error.ts';
import { type Assembly } from './assembly.ts';
import { type BillingPart, type ConnectorPart, type ProfileParts } from './profile-parts.ts';
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
    private readonly billing: BillingConnectorsClient,
  ) {}

  /**
   * Settles in `assembly` every part that `query` needs and `cached` does not have.
   * @param cached what is known already; parts that are not due are not asked for again
   */
  async assemble(query: ProfileQuery, cached: ProfileParts, assembly: Assembly): Promise<void> {
    const siblings = new AbortController();
    const deadline = new Deadline(this.config.requestBudgetMs, AbortSignal.any([assembly.signal, siblings.signal]));
    await Promise.all([
      this.settleReseller(query, cached, assembly, deadline, siblings),
      this.settleConnectors(query, cached, assembly, deadline),
    ]);
  }

  private async settleReseller(
    query: ProfileQuery,
    { reseller: cached }: ProfileParts,
    assembly: Assembly,
    deadline: Deadline,
    siblings: AbortController,
  ): Promise<void> {
    if (!query.reseller || !isNeeded(cached, query.required.includes('reseller'), this.clock.now())) return;
    const part = await this.part(cached, async () => {
      const answer = await this.reseller.getCustomer(query.customerId, query.organisation, query.requestId, deadline);
      return this.lifetimes.definite(answer.state, answer.state === 'ok' ? answer.customer : null);
    });
    assembly.settle('reseller', part);
    // There is no such customer: what the others would say is of no use.
    if (part.state === 'customer_unknown') siblings.abort();
  }

  private async settleConnectors(
    query: ProfileQuery,
    cached: ProfileParts,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<void> {
    const link = await this.settleLink(query, cached, assembly);
    if (!link.value) return;
    const { billingCustomerId } = link.value;
    const sameCustomer = cached.billing?.value?.billingCustomerId === billingCustomerId;
    await Promise.all(
      query.connectors.map((name) =>
        this.settleConnector(
          query,
          name,
          billingCustomerId,
          sameCustomer ? cached[name] : undefined,
          assembly,
          deadline,
        ),
      ),
    );
  }

  private async settleLink(
    query: ProfileQuery,
    { billing: cached }: ProfileParts,
    assembly: Assembly,
  ): Promise<BillingPart> {
    if (cached && !isNeeded(cached, query.required.includes('billing'), this.clock.now())) return cached;
    const part = await this.part(cached, async () => {
      const link = await this.links.resolve(query.organisation.id, query.customerId, query.billingCustomerId);
      return this.lifetimes.definite(link ? 'linked' : 'unlinked', link);
    });
    assembly.settle('billing', part);
    return part;
  }

  private async settleConnector(
    query: ProfileQuery,
    name: ConnectorName,
    billingCustomerId: string,
    cached: ConnectorPart | undefined,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<void> {
    if (cached && !isNeeded(cached, query.required.includes(name), this.clock.now())) {
      assembly.settle(name, cached);
      return;
    }
    const part = await this.part(cached, async () => {
      const answer = await this.billing.getConnector(
        billingCustomerId,
        name,
        query.organisation,
        query.requestId,
        deadline,
      );
      return this.lifetimes.definite(answer.state, 'reference' in answer ? answer.reference : null);
    });
    assembly.settle(name, part);
  }

  /** The part that `ask` gives, or one that says why it gave none. */
  private async part<State extends string, Value>(
    cached: Part<State, Value> | undefined,
    ask: () => Promise<Part<State, Value>>,
  ): Promise<Part<State, Value>> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UpstreamError) return this.lifetimes.failed(error.state, cached, error.retryAfterMs ?? 0);
      if (error instanceof LinkStoreUnavailable) return this.lifetimes.failed('upstream_error', cached);
      throw error;
    }
  }
}

/** Whether a source is to be asked: its part is due, or required and not definite. */
export function isNeeded(part: Part | undefined, required: boolean, now: number): boolean {
  return isDue(part, now) || (required && part !== undefined && !isDefinite(part));
}
