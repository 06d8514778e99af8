import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type ErasureConfig } from '../config/erasure-config.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { ChangeFeed } from '../customer-changes/feed/change-feed.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { LinkIndex } from '../customer-links/link-index.ts';
import { LookupIndex } from '../customer-lookups/lookup-index.ts';
import { Problem } from '../problems/problem.ts';
import { problemWithoutRedis } from '../problems/without-redis.ts';
import { CacheInvalidations } from '../profile-cache/cache-invalidations.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { type CustomerErasure, type ErasureReceipt } from './erasure.schema.ts';
import { type BegunErasure, ErasureRecords } from './erasure-records.ts';
import { Receipts } from './receipts.ts';

const DAY_MS = 86_400_000;
/** A failover may lose a tombstone; then the erasure begins again. */
const ATTEMPTS = 3;

/** A request to erase a customer. */
export interface ErasureRequest {
  readonly customer: CustomerKey;
  /** The id that the caller gave the request; null: it gave none. */
  readonly requestId: string | null;
  readonly caller: string;
}

/**
 * Erases customers. Each step is safe to repeat, and the first one makes all scripts refuse to write for the customer: the
 * same request again finishes an interrupted erasure.
 */
@Injectable()
export class CustomerErasuresService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly records: ErasureRecords,
    private readonly feed: ChangeFeed,
    private readonly links: LinkIndex,
    private readonly lookups: LookupIndex,
    private readonly cache: CacheInvalidations,
    private readonly receipts: Receipts,
    private readonly tombstones: Tombstones,
  ) {}

  /**
   * Erases a customer, even if nothing about it is stored.
   * @throws Problem `erasure_unavailable` when customers cannot be erased; RedisUnavailable, or Redis's own error reply,
   * when Redis fails: then the erasure may be in progress, and the same request again finishes it
   */
  async erase(request: ErasureRequest): Promise<ErasureReceipt> {
    const { customer } = request;
    const erasure = this.configured();
    const receivedAt = this.clock.now();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const until = this.clock.now() + erasure.tombstoneDays * DAY_MS;
      const origin = { receivedAt: isoInstant(receivedAt), caller: request.caller };
      const begun = await this.records.begin(customer, request.requestId, until, origin, this.cache.dropCopy(customer));
      if ('receipt' in begun) return withId(customer, begun.receipt);
      // An earlier read may have put a copy back meanwhile.
      this.cache.dropCopy(customer);
      const changes = await this.removeChanges(customer, begun);
      await this.clock.sleep(this.waitMs());
      // Last, because a write that began before the tombstone may have added one meanwhile.
      const indexEntries = await this.removeIndexEntries(customer, begun);
      const receipt = await this.receipts.issue(customer, begun, { changes, indexEntries });
      const kept = await this.records.complete(customer, begun.requestId, withoutId(receipt));
      if (kept !== null) return withId(customer, kept);
    }
    throw problemWithoutRedis('erasure_unavailable');
  }

  /** @throws Problem `erasure_not_found`, `erasure_unavailable`; RedisUnavailable, or Redis's own error reply, when Redis fails */
  async get(customer: CustomerKey): Promise<CustomerErasure> {
    this.configured();
    const record = await this.records.read(customer);
    if (!record) throw notFound();
    const { requestId, isCompleted, until, isLifted, receipt } = record;
    const ended = isLifted ? 'lifted' : 'ended';
    return {
      customerId: customer.customerId,
      requestId,
      status: isCompleted ? 'completed' : 'in_progress',
      tombstone: until > this.clock.now() ? 'in_force' : ended,
      receipt: receipt === null ? null : withId(customer, receipt),
    };
  }

  /**
   * Permits the customer again. The erased data does not come back.
   * @throws Problem `erasure_not_found`, `erasure_in_progress`, `erasure_unavailable`; RedisUnavailable, or Redis's own
   * error reply
   */
  async lift(customer: CustomerKey): Promise<void> {
    this.configured();
    const record = await this.records.read(customer);
    if (!record || record.until <= this.clock.now()) throw notFound();
    if (!record.isCompleted) throw inProgress();
    // Before the tombstone, so that a crash between the two leaves one that can be lifted again.
    await this.feed.remove(customer);
    const outcome = await this.records.lift(customer);
    if (outcome === 'none') throw notFound();
    if (outcome === 'in_progress') {
      // Another erasure has begun since: consumers must forget the customer after all.
      await this.feed.erase(customer, record.until);
      throw inProgress();
    }
  }

  /** @returns how many events were removed */
  private async removeChanges(customer: CustomerKey, begun: BegunErasure): Promise<number> {
    const changes = await this.feed.erase(customer, begun.until);
    await this.records.count(customer, begun.requestId, { changes });
    return changes;
  }

  /** @returns how many entries were removed */
  private async removeIndexEntries(customer: CustomerKey, begun: BegunErasure): Promise<number> {
    const [linked, indexed] = await Promise.all([
      this.links.remove(customer, begun.billingCustomerIds),
      this.lookups.remove(customer, begun.indexes),
    ]);
    const indexEntries = linked + indexed;
    await this.records.count(customer, begun.requestId, { indexEntries });
    return indexEntries;
  }

  /** How long a process may still serve a copy without asking Redis, or finish a read that began before. */
  private waitMs(): number {
    const { cache, redis, requestBudgetMs } = this.config;
    return Math.max(cache.localSeconds * 1000, requestBudgetMs) + (redis?.timeoutMs ?? 0);
  }

  private configured(): ErasureConfig {
    const { erasure } = this.config;
    if (erasure && this.tombstones.areEnabled) return erasure;
    throw new Problem(
      'erasure_unavailable',
      'Erasures need REDIS_URL, ERASURE_KEY and ERASURE_SIGNING_KEYS; at least one of them is not configured.',
    );
  }
}

/** A stored receipt does not name the customer. */
const withoutId = (receipt: ErasureReceipt): string => JSON.stringify({ ...receipt, customerId: undefined });

const withId = ({ customerId }: CustomerKey, kept: string): ErasureReceipt => ({
  customerId,
  ...(JSON.parse(kept) as Omit<ErasureReceipt, 'customerId'>),
});

const notFound = (): Problem =>
  new Problem('erasure_not_found', 'No erasure of this customer is in force. POST one to /v1/customer-erasures.');

const inProgress = (): Problem =>
  new Problem('erasure_in_progress', 'The erasure is not complete. POST it again to finish it, then lift it.');
