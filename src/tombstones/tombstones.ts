import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type RedisClient } from '../redis/link/redis-client.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { CustomerErased } from './customer-erased.ts';
import { SlotTags } from './slot-tags.ts';

/**
 * Tombstones of erased customers. Each is a hash without expiry, because Redis evicts keys with one first; its field
 * `until` is its end in epoch milliseconds. It is in the slot of the customer's own keys, and its name is a keyed digest,
 * so that it names nobody.
 */
@Injectable()
export class Tombstones {
  private readonly tags = new SlotTags();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Whether customers can be erased at all. */
  get areEnabled(): boolean {
    return this.config.erasure !== null && this.connection.client !== null;
  }

  /** The key of a customer's tombstone, whether or not there is one; null: customers cannot be erased. */
  keyOf({ organisation, customerId }: CustomerKey): string | null {
    if (!this.config.erasure) return null;
    const name = `${organisation}:${customerId}`;
    const digest = createHmac('sha256', this.config.erasure.key).update(name).digest('base64url');
    return `customer-erasures:{${this.tags.beside(name)}}:${digest}`;
  }

  /** The last key of a script that writes for the customer, for `refuseErased`. */
  lastKeyOf(customer: CustomerKey): readonly string[] {
    const key = this.keyOf(customer);
    return key === null ? [] : [key];
  }

  /** The end of the tombstone; null: there is none. It can be sent together with another command. */
  async endOf(redis: RedisClient, customer: CustomerKey): Promise<string | null> {
    const key = this.keyOf(customer);
    return key === null ? null : redis.hget(key, 'until');
  }

  /** @throws CustomerErased when a tombstone with this end is still in force */
  assertOver(until: string | null): void {
    if (this.isInForce(until)) throw new CustomerErased();
  }

  /** @throws RedisUnavailable, or Redis's own error reply, when Redis fails */
  async isErased(customer: CustomerKey): Promise<boolean> {
    if (!this.areEnabled) return false;
    return this.isInForce(await this.connection.run((redis) => this.endOf(redis, customer)));
  }

  /**
   * @param withinMs how long to wait for Redis
   * @throws CustomerErased when the customer was erased; RedisUnavailable, or Redis's own error reply, when Redis fails
   */
  async assertNone(customer: CustomerKey, withinMs?: number): Promise<void> {
    if (!this.areEnabled) return;
    this.assertOver(await this.connection.run((redis) => this.endOf(redis, customer), withinMs));
  }

  private isInForce(until: string | null): boolean {
    return until !== null && Number(until) > this.clock.now();
  }
}
