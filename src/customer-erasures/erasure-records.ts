import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { marksKey } from '../customer-changes/feed/change-keys.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { linkKey } from '../customer-links/link-store.ts';
import { indexNotesKey } from '../customer-lookups/lookup-index.ts';
import { CACHE_FORMAT_VERSION, customerHash, generationKeptMs } from '../profile-cache/cache-keys.ts';
import { type Announcement } from '../redis/announcement.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { pairsIn } from '../redis/reply-pairs.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { type RemovedKind } from './erasure.schema.ts';
import {
  BEGIN_ERASURE,
  COMPLETE_ERASURE,
  COUNT_REMOVED,
  DROP_MEMBER,
  LIFT_ERASURE,
  NOTE_END,
  READ_ENDED,
  REMOVE_ENDED,
} from './erasure-scripts.ts';

/** The tombstones by their end, in epoch milliseconds. Their names do not reveal the customers. */
const ENDS_KEY = 'customer-erasures:ends';
/** Maximum number of ended tombstones that are removed at a time. */
const SWEEP_SIZE = 100;

/** How many things of each kind were removed. */
export type Removed = Readonly<Partial<Record<RemovedKind, number>>>;

/** When an erasure was requested, ISO 8601, and by which caller. */
export interface ErasureOrigin {
  readonly receivedAt: string;
  readonly caller: string;
}

/** An erasure that has begun; nothing of the customer is left in its own slot. */
export interface BegunErasure extends ErasureOrigin {
  readonly requestId: string;
  /** Epoch ms. */
  readonly until: number;
  readonly removed: Removed;
  /** Billing customers under which an index may list the customer. */
  readonly billingCustomerIds: readonly string[];
  /** Indexes that may name the customer. */
  readonly indexes: readonly string[];
}

/** The record of an erasure. A receipt is JSON, without the customer's id. */
export interface ErasureRecord {
  readonly requestId: string;
  readonly isCompleted: boolean;
  /** Epoch ms. */
  readonly until: number;
  readonly isLifted: boolean;
  readonly receipt: string | null;
}

/** Erasures in Redis. Every method throws RedisUnavailable, or Redis's own error reply, when Redis fails. */
@Injectable()
export class ErasureRecords {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly tombstones: Tombstones,
  ) {}

  /**
   * Writes the tombstone and removes everything in the customer's slot.
   * @param requestId null: the request in progress, or a new one
   * @param news the message that makes all processes drop their copies
   * @returns the receipt when this request has one
   * @throws RedisUnavailable also when the processes could not be notified; it is safe to repeat
   */
  async begin(
    customer: CustomerKey,
    requestId: string | null,
    until: number,
    origin: ErasureOrigin,
    news: Announcement,
  ): Promise<BegunErasure | { readonly receipt: string }> {
    const tombstone = this.tombstoneOf(customer);
    // First, so that no tombstone lacks its entry.
    await this.connection.run((redis) => redis.eval(NOTE_END, 1, ENDS_KEY, until, tombstone));
    const older = Array.from({ length: CACHE_FORMAT_VERSION - 1 }, (_none, at) => customerHash(customer, at + 1));
    const keys = [
      ...[tombstone, openKey(tombstone), customerHash(customer), marksKey(customer), linkKey(customer)],
      ...[indexNotesKey(customer), ...older],
    ];
    const values = [
      ...[this.clock.now(), until, requestId ?? '', randomUUID(), JSON.stringify(origin)],
      ...[news.channel, news.message],
    ];
    const reply = await this.connection.run((redis) => redis.eval(BEGIN_ERASURE, keys.length, ...keys, ...values));
    const [state, id, from, end, isPublished, removed, open] = listOf(reply);
    if (state === 'completed') return { receipt: String(id) };
    if (isPublished !== 1) throw new RedisUnavailable('the processes were not notified of an erasure');
    const entries = listOf(open).map(String);
    return {
      ...(JSON.parse(String(from)) as ErasureOrigin),
      requestId: String(id),
      until: Number(end),
      removed: countsIn(listOf(removed)),
      billingCustomerIds: entries.flatMap((entry) => (entry.startsWith('link ') ? [entry.slice(5)] : [])),
      indexes: entries.flatMap((entry) => (entry.startsWith('index ') ? [entry.slice(6)] : [])),
    };
  }

  /** Records how much was removed in other slots, in case this process dies before the receipt. */
  async count(customer: CustomerKey, requestId: string, removed: Removed): Promise<void> {
    const pairs = Object.entries(removed).flat();
    await this.connection.run((redis) => redis.eval(COUNT_REMOVED, 1, this.tombstoneOf(customer), requestId, ...pairs));
  }

  /**
   * Stores a receipt.
   * @returns the receipt that was stored first; null when Redis has lost the tombstone, or it was lifted
   */
  async complete(customer: CustomerKey, requestId: string, receipt: string): Promise<string | null> {
    const tombstone = this.tombstoneOf(customer);
    const values = [this.clock.now(), requestId, receipt];
    const kept = await this.connection.run((redis) =>
      redis.eval(COMPLETE_ERASURE, 2, tombstone, openKey(tombstone), ...values),
    );
    return typeof kept === 'string' ? kept : null;
  }

  /** null: the customer was not erased, or its tombstone has ended. */
  async read(customer: CustomerKey): Promise<ErasureRecord | null> {
    const fields = await this.connection.run((redis) => redis.hgetall(this.tombstoneOf(customer)));
    const { requestId, until, state, liftedAt } = fields;
    if (requestId === undefined) return null;
    return {
      requestId,
      isCompleted: state === 'completed',
      until: Number(until),
      isLifted: liftedAt !== undefined,
      receipt: fields[`receipt:${requestId}`] ?? null,
    };
  }

  async lift(customer: CustomerKey): Promise<'lifted' | 'in_progress' | 'none'> {
    const keys = [this.tombstoneOf(customer), customerHash(customer)];
    const values = [this.clock.now(), generationKeptMs(this.config)];
    const reply = await this.connection.run((redis) => redis.eval(LIFT_ERASURE, 2, ...keys, ...values));
    if (reply !== 'lifted' && reply !== 'in_progress' && reply !== 'none')
      throw new RedisUnavailable('the answer is no outcome of a lift');
    return reply;
  }

  /** Removes tombstones that have ended. @returns how many it has checked */
  async sweep(): Promise<number> {
    const now = this.clock.now();
    const reply: unknown = await this.connection.run((redis) => redis.eval(READ_ENDED, 1, ENDS_KEY, now, SWEEP_SIZE));
    const ended = pairsIn(listOf(reply));
    for (const [tombstone, score] of ended) {
      const until = await this.connection.run((redis) =>
        redis.eval(REMOVE_ENDED, 2, tombstone, openKey(tombstone), now),
      );
      await this.connection.run((redis) =>
        until === '0'
          ? redis.eval(DROP_MEMBER, 1, ENDS_KEY, tombstone, score)
          : redis.zadd(ENDS_KEY, 'GT', Number(until), tombstone),
      );
    }
    return ended.length;
  }

  private tombstoneOf(customer: CustomerKey): string {
    const key = this.tombstones.keyOf(customer);
    if (key === null) throw new RedisUnavailable('customers cannot be erased');
    return key;
  }
}

const openKey = (tombstone: string): string => `${tombstone}:open`;

/** @throws RedisUnavailable when the answer is no list */
function listOf(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw new RedisUnavailable('the answer is not of an erasure');
  return reply as unknown[];
}

const countsIn = (flat: readonly unknown[]): Removed =>
  Object.fromEntries(pairsIn(flat).map(([kind, count]) => [kind, Number(count)]));
