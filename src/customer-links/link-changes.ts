import { Injectable } from '@nestjs/common';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type LinkCondition } from './link-condition.ts';
import { LinkIndex } from './link-index.ts';
import { type LinkChange, type LinkedCustomer, LinkStore } from './link-store.ts';

/** Changes links with all that belongs to it: the link, the index, and what is cached of the customer, in every process. */
@Injectable()
export class LinkChanges {
  constructor(
    private readonly store: LinkStore,
    private readonly index: LinkIndex,
    private readonly profiles: ProfileCache,
  ) {}

  /**
   * Sets the link to a billing customer, a lower-case UUID.
   * @returns null when the link is not as `condition` says
   * @throws Error when Redis does not answer: whether the link was stored cannot be said; doing it again is safe
   */
  async put(
    customer: LinkedCustomer,
    billingCustomerId: string,
    caller: string,
    condition: LinkCondition,
  ): Promise<LinkChange | null> {
    const entry = [{ customerId: customer.customerId, billingCustomerId }];
    // Before, so that no link is without its entry if this process dies; after, as one found early is taken out again.
    await this.index.add(customer.organisation, entry);
    const change = await this.store.put(customer, billingCustomerId, caller, condition);
    if (change) {
      await this.afterChange(customer, change);
      await this.index.add(customer.organisation, entry);
    } else {
      await this.drop(customer, billingCustomerId);
      await this.drop(customer, null);
    }
    return change;
  }

  /** Removes the link. Returns and throws as `put`. */
  async delete(customer: LinkedCustomer, caller: string, condition: LinkCondition): Promise<LinkChange | null> {
    const change = await this.store.delete(customer, caller, condition);
    if (change) await this.afterChange(customer, change);
    if (change?.outcome === 'removed') await this.drop(customer, null);
    return change;
  }

  private async afterChange(customer: LinkedCustomer, change: LinkChange): Promise<void> {
    // Also finishes an invalidation that a crashed process left pending.
    if (change.pendingInvalidation !== null) {
      await this.profiles.forget(customer);
      await this.store.markInvalidated(customer, change.pendingInvalidation);
    }
    const { before, after } = change;
    if (before !== null && before !== after?.link.billingCustomerId) await this.drop(customer, before);
  }

  private async drop({ organisation, customerId }: LinkedCustomer, billingCustomerId: string | null): Promise<void> {
    await this.index.drop(organisation, { customerId, billingCustomerId });
  }
}
