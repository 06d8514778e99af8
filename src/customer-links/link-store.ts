import { Injectable } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { Clock } from '../config/clock.ts';
import { isObject } from '../upstream/json.ts';
import { RedisConnection } from '../redis/redis.connection.ts';
import { BILLING_CUSTOMER_ID } from './link-input.ts';
import { DELETE_LINK, PUT_LINK } from './redis-scripts.ts';

/** The explicit link of a reseller customer to a billing customer. Instants are ISO 8601 with Z. */
export interface CustomerLink {
  readonly customerId: string;
  /** Lower-case UUID. */
  readonly billingCustomerId: string;
  readonly linkedAt: string;
  /** What the link said before, newest first, at most a hundred. */
  readonly history: readonly LinkHistoryEntry[];
}

export interface LinkHistoryEntry {
  readonly billingCustomerId: string;
  readonly linkedAt: string;
  /** When it was replaced or removed. */
  readonly endedAt: string;
}

/** Redis is not configured, does not answer, or not with a link: whether there is one cannot be said. */
export class LinkStoreUnavailable extends Error {}

/** Links, in Redis and without expiry. */
@Injectable()
export class LinkStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock,
  ) {}

  /** Whether there is a store at all: without Redis no link can have been stored. */
  get exists(): boolean {
    return this.connection.client !== null;
  }

  /**
   * @returns null when there is no link
   * @throws LinkStoreUnavailable
   */
  async get(organisation: string, customerId: string): Promise<CustomerLink | null> {
    return this.ask(async (redis) => {
      const fields = await redis.hmget(linkKey(organisation, customerId), 'billingCustomerId', 'linkedAt', 'history');
      return readLink(customerId, fields);
    });
  }

  /**
   * Sets the link; what it said before goes to its history.
   * @throws LinkStoreUnavailable
   */
  async put(
    organisation: string,
    customerId: string,
    billingCustomerId: string,
  ): Promise<'created' | 'replaced' | 'unchanged'> {
    const outcome = await this.ask((redis) =>
      redis.eval(PUT_LINK, 1, linkKey(organisation, customerId), billingCustomerId, this.now()),
    );
    return outcome as 'created' | 'replaced' | 'unchanged';
  }

  /** Removes the link; its history stays. @throws LinkStoreUnavailable */
  async delete(organisation: string, customerId: string): Promise<void> {
    await this.ask((redis) => redis.eval(DELETE_LINK, 1, linkKey(organisation, customerId), this.now()));
  }

  private async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const { client } = this.connection;
    if (!client) throw new LinkStoreUnavailable('no Redis is configured');
    try {
      return await command(client);
    } catch (error) {
      throw new LinkStoreUnavailable('Redis did not answer, or not with a link', { cause: error });
    }
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** @throws Error when this is neither a link nor the absence of one */
function readLink(customerId: string, fields: unknown): CustomerLink | null {
  if (!Array.isArray(fields) || fields.length !== 3) throw new Error('the answer is not three fields');
  const [billingCustomerId, linkedAt, history] = fields as (string | null)[];
  if (billingCustomerId == null) return null;
  if (!BILLING_CUSTOMER_ID.test(billingCustomerId)) throw new Error('the stored link is not a billing customer id');
  return { customerId, billingCustomerId, linkedAt: linkedAt ?? '', history: readHistory(history) };
}

function readHistory(value: string | null | undefined): LinkHistoryEntry[] {
  const entries: unknown = JSON.parse(value ?? '[]');
  return Array.isArray(entries) ? entries.filter(isObject).map(historyEntry) : [];
}

function historyEntry({ billingCustomerId, linkedAt, endedAt }: Readonly<Record<string, unknown>>): LinkHistoryEntry {
  return { billingCustomerId: String(billingCustomerId), linkedAt: String(linkedAt), endedAt: String(endedAt) };
}

/** In the same slot as the customer's cached profile, and never touched by its invalidation. */
function linkKey(organisation: string, customerId: string): string {
  return `customer-links:{${organisation}:${customerId}}`;
}
