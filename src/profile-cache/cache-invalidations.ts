import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type Announcement } from '../redis/announcement.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { CacheBus } from './cache-bus.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { type Forgotten, RedisCustomerWrites } from './customer-hash/redis-customer-writes.ts';
import { MemoryCache } from './memory-cache.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';
import { type InvalidationMode, type WideSubject } from './wide/wide-numbers.ts';

/** Invalidates cached customers, in every process. */
@Injectable()
export class CacheInvalidations {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly writes: RedisCustomerWrites,
    private readonly memory: MemoryCache,
    private readonly wide: WideInvalidations,
    private readonly bus: CacheBus,
    private readonly metrics: CacheMetrics,
  ) {}

  /**
   * Forgets the cached parts and responses of a customer, or those that `what` names, in every process. Answers to calls
   * from before this moment are not stored.
   * @returns false when Redis has forgotten it and could not notify the other processes
   * @throws RedisUnavailable when Redis does not answer
   */
  async forget(customer: CustomerKey, what: Forgotten = 'all'): Promise<boolean> {
    const isAlone = this.config.redis === null;
    if (what === 'stale') this.memory.change(customer, (copy) => copy.expired(this.clock.now()));
    else if (isAlone && typeof what === 'object') this.memory.change(customer, (copy) => copy.without(what.source));
    else this.memory.invalidate(customer);
    this.metrics.invalidations.inc({ direction: 'sent' });
    try {
      return isAlone || (await this.writes.forget(customer, what));
    } catch (error) {
      if (error instanceof CustomerErased) return true; // Nothing of the customer is cached.
      throw error;
    }
  }

  /**
   * Invalidates everything that the subject stands for, in every process, with one counter. The others find out within a
   * second, even when they cannot be notified.
   * @throws RedisUnavailable when Redis cannot count it
   */
  async invalidateWidely(organisation: string, subject: WideSubject, mode: InvalidationMode): Promise<void> {
    const news = { channel: this.bus.channel, message: this.bus.invalidatedMessage(organisation) };
    await this.wide.invalidate(organisation, subject, mode, news);
    this.metrics.invalidations.inc({ direction: 'sent' });
  }

  /** Drops the copy in this process. @returns the message with which a script makes the others drop theirs */
  dropCopy(customer: CustomerKey): Announcement {
    this.memory.invalidate(customer);
    return { channel: this.bus.channel, message: this.bus.customerMessage('forgotten', customer) };
  }
}
