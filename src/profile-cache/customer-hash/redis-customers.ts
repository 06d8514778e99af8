import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { isObject } from '../../json/json.ts';
import { type RedisClient } from '../../redis/link/redis-client.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { SharedTime } from '../../redis/shared-time/shared-time.ts';
import { Tombstones } from '../../tombstones/tombstones.ts';
import { customerHash, type ProfileKey, responseField, scopePrefix } from '../cache-keys.ts';
import { CacheMetrics } from '../cache-metrics.ts';
import { CachedCustomer } from '../cached-customer.ts';
import { type CachedResponse } from '../cached-response.ts';
import { KeptParts, type ReadPart } from '../kept-parts.ts';
import { ownedText } from '../owned-memory.ts';
import { expired, isFromFuture } from '../part.ts';
import { WideInvalidations } from '../wide/wide-invalidations.ts';
import { FieldCodec } from './field-codec.ts';

/** Generation and version of a customer in Redis. `0`: Redis has none. */
export interface RedisWriteToken {
  /** Incremented by every invalidation. */
  readonly generation: string;
  /** A new one after every write. */
  readonly version: string;
}

/** A customer in Redis. */
export interface RedisRead {
  readonly token: RedisWriteToken;
  readonly customer: CachedCustomer;
}

/**
 * Customers in Redis. Every method throws when Redis does not answer, or answers something unexpected; CustomerErased when
 * a tombstone is in force. A warm read looks for a tombstone only when nothing is stored, because an erased customer has
 * nothing stored.
 */
@Injectable()
export class RedisCustomers {
  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly codec: FieldCodec,
    private readonly metrics: CacheMetrics,
    private readonly time: SharedTime,
    private readonly wide: WideInvalidations,
    private readonly tombstones: Tombstones,
  ) {}

  /** Whether there is a Redis at all. */
  get isConfigured(): boolean {
    return this.connection.client !== null;
  }

  /** Monotonic milliseconds of Redis's last answer. */
  get answeredAt(): number {
    return this.connection.answeredAt;
  }

  /** @param withinMs how long to wait */
  async readToken(customer: CustomerKey, withinMs: number): Promise<RedisWriteToken> {
    const name = customerHash(customer);
    const reply = await this.connection.run((redis) => redis.hmget(name, 'generation', 'version'), withinMs);
    return this.unlessErased(customer, tokenOf(reply), withinMs);
  }

  /** Only the response of a variant. */
  async readResponse(
    key: ProfileKey,
  ): Promise<{ readonly token: RedisWriteToken; readonly response: CachedResponse | null }> {
    const field = scopePrefix(key) + responseField(key.variant);
    const reply = await this.connection.run((redis) =>
      redis.hmgetBuffer(customerHash(key), 'generation', 'version', field),
    );
    const [generation, version, value] = reply.map((one) => (Buffer.isBuffer(one) ? one : null));
    const token = await this.unlessErased(key, tokenOf([generation, version]));
    return { token, response: value ? this.response(key, field, value) : null };
  }

  /** @param withinMs how long to wait */
  async read(customer: ProfileKey, withinMs = Infinity): Promise<RedisRead> {
    const name = customerHash(customer);
    const ask = (redis: RedisClient): Promise<readonly [unknown, string | null]> =>
      Promise.all([redis.hgetallBuffer(name), this.tombstones.endOf(redis, customer)]);
    const [reply, erasedUntil] = await this.connection.run(ask, withinMs);
    const fields = (isObject(reply) ? reply : {}) as Readonly<Record<string, Buffer>>;
    const token = tokenOf([fields.generation, fields.version]);
    this.tombstones.assertOver(erasedUntil);
    const scope = scopePrefix(customer);
    const values = Object.entries(fields).filter(([field]) => field.startsWith(scope) && field !== `${scope}linked`);
    const isResponse = (field: string): boolean => /^response(@|$)/.test(field.slice(scope.length));
    const responses = values.flatMap(([field, value]) => {
      const response = isResponse(field) && this.response(customer, field, value);
      return response ? [[field.slice(scope.length), response] as const] : [];
    });
    const parts = values.flatMap(([field, value]) =>
      isResponse(field) ? [] : [[field.slice(scope.length), value] as const],
    );
    const read = KeptParts.from(parts, this.readerOf(customer, scope, Number(fields.stale ?? 0)));
    const kept = read.judgedBy(this.wide.judgeOf(customer.organisation));
    return { token, customer: new CachedCustomer(token.version, kept, new Map(responses)) };
  }

  private async unlessErased(
    customer: CustomerKey,
    token: RedisWriteToken,
    withinMs?: number,
  ): Promise<RedisWriteToken> {
    if (token.version === '0') await this.tombstones.assertNone(customer, withinMs);
    return token;
  }

  private response(customer: CustomerKey, field: string, value: Buffer): CachedResponse | null {
    const response = this.codec.decodeResponse(customer, field, value);
    if (!response) this.metrics.unreadable.inc();
    if (response && !this.wide.of(customer.organisation).holds(response)) return null;
    const isLost = response !== null && response.checkedAt < this.time.lostBefore;
    return isLost ? { ...response, dueAt: 0 } : response;
  }

  /**
   * Reads a part by its field without the scope. Parts from before Redis lost data are due, because Redis may have lost
   * later ones.
   * @param stale parts from before this generation are due, too
   */
  private readerOf({ organisation, customerId }: CustomerKey, scope: string, stale: number): ReadPart {
    const customer = { organisation, customerId: ownedText(customerId) };
    return (field, value) => {
      const part = this.codec.decodePart(customer, scope + field, value);
      if (!part) {
        this.metrics.unreadable.inc();
        return null;
      }
      const now = this.clock.now();
      const isStale = (part.seen?.[1] ?? 0) < stale;
      return isStale || isFromFuture(part, now) || part.checkedAt < this.time.lostBefore ? expired(part, now) : part;
    };
  }
}

function tokenOf([generation, version]: readonly (string | Buffer | null | undefined)[]): RedisWriteToken {
  return { generation: String(generation ?? 0), version: String(version ?? 0) };
}
