import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { ChangeRecorder } from '../customer-changes/feed/change-recorder.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { CacheInvalidations } from '../profile-cache/cache-invalidations.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { type LinkCondition } from './link-condition.ts';
import { LinkIndex } from './link-index.ts';
import { type LinkChange, LinkStore } from './link-store.ts';

/** Changes a link, its index entries, and the customer's cached profiles in every process. */
@Injectable()
export class LinkChanges {
  constructor(
    private readonly config: Config,
    private readonly store: LinkStore,
    private readonly index: LinkIndex,
    private readonly cache: CacheInvalidations,
    private readonly changes: ChangeRecorder,
    private readonly tombstones: Tombstones,
  ) {}

  /**
   * Sets the link to a billing customer, a lower-case UUID.
   * @returns null when the link does not meet `condition`
   * @throws CustomerErased; RedisUnavailable, or Redis's own error reply, when Redis fails, also when the other processes could not be
   * notified. The link may or may not be stored; it is safe to repeat the change.
   */
  async put(
    customer: CustomerKey,
    billingCustomerId: string,
    caller: string,
    condition: LinkCondition,
  ): Promise<LinkChange | null> {
    const entry = [{ customerId: customer.customerId, billingCustomerId }];
    // Otherwise the index would name an erased customer until its link is refused.
    await this.tombstones.assertNone(customer);
    // Before the link, so that none lacks its entry if this process dies; and again after it, because a reader that found
    // the entry too early has removed it.
    await this.index.add(customer.organisation, entry);
    const noted = this.changes.note(customer);
    try {
      const change = await this.store.put(customer, billingCustomerId, caller, condition);
      const recorded = this.changes.record(customer, change?.marks ?? null, noted);
      if (change) {
        await this.afterChange(customer, change);
        await this.index.add(customer.organisation, entry);
        // The index must not name a customer that was erased between the two steps.
        await this.tombstones.assertNone(customer);
      } else {
        await this.dropEntries(customer, billingCustomerId);
      }
      await recorded;
      return change;
    } catch (error) {
      await this.changes.threw(customer, noted, error);
      if (error instanceof CustomerErased) await this.dropEntries(customer, billingCustomerId);
      throw error;
    }
  }

  /** Removes the link. Returns and throws as `put`. */
  async delete(customer: CustomerKey, caller: string, condition: LinkCondition): Promise<LinkChange | null> {
    const noted = this.changes.note(customer);
    const change = await this.store.delete(customer, caller, condition).catch((error: unknown) => {
      void this.changes.threw(customer, noted, error);
      throw error;
    });
    const recorded = this.changes.record(customer, change?.marks ?? null, noted);
    if (change) await this.afterChange(customer, change);
    if (change?.outcome === 'removed') await this.drop(customer, null);
    await recorded;
    return change;
  }

  private async afterChange(customer: CustomerKey, change: LinkChange): Promise<void> {
    // Also finishes an invalidation that a crashed process left pending.
    if (change.pendingInvalidation !== null) {
      // The stored link affects answers to requests that name a link, unless the request is the first resolver.
      const what = this.config.linkResolvers[0] === 'request' ? 'link' : 'links';
      if (!(await this.cache.forget(customer, what)))
        throw new RedisUnavailable('the processes were not notified of a changed link');
      await this.store.markInvalidated(customer, change.pendingInvalidation);
    }
    const { before, after } = change;
    if (before !== null && before !== after?.link.billingCustomerId) await this.drop(customer, before);
  }

  private async dropEntries(customer: CustomerKey, billingCustomerId: string): Promise<void> {
    await this.drop(customer, billingCustomerId);
    await this.drop(customer, null);
  }

  private async drop({ organisation, customerId }: CustomerKey, billingCustomerId: string | null): Promise<void> {
    await this.index.drop(organisation, { customerId, billingCustomerId });
  }
}
