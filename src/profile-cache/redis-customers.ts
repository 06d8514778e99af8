import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock, CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isObject } from '../json/json.ts';
import { RedisConnection, RedisUnavailable } from '../redis/redis-connection.ts';
import { SharedTime } from '../redis/shared-time/shared-time.ts';
import { CacheBus } from './cache-bus.ts';
import {
  type CustomerKey,
  customerHash,
  EXPIRY_MARGIN_MS,
  MAX_BILLING_CUSTOMERS,
  partField,
  type ProfileKey,
  responseField,
  STORED_LINK,
} from './cache-keys.ts';
import { CachedCustomer, fieldsOf, linkOf } from './cached-customer.ts';
import { type CachedResponse } from './cached-response.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { FieldCodec, stampOf } from './field-codec.ts';
import { KeptParts, type ReadPart } from './kept-parts.ts';
import { ownedText } from './owned-memory.ts';
import { expired, lastUsableAt, type Part, type Parts } from './part.ts';
import { FORGET_CUSTOMER, WRITE_CUSTOMER } from './redis-scripts.ts';

/** Generation and version of a customer in Redis. `0`: Redis has none. */
export interface RedisWriteToken {
  /** Counted up by every invalidation. */
  readonly generation: string;
  /** Another one after every write. */
  readonly version: string;
}

/** A customer as it is in Redis. */
export interface RedisRead {
  readonly token: RedisWriteToken;
  readonly customer: CachedCustomer;
}

/** What an invalidation drops: all; the stored link and its response; or these of the links that requests name, too. */
export type Forgotten = 'all' | 'link' | 'links';

/** What is written of a customer. */
export interface CustomerUpdate {
  /** All parts that the response was made of. */
  readonly parts: Parts;
  /** The sources whose parts are new; the others are stored already. */
  readonly fetched: readonly string[];
  readonly response: CachedResponse | null;
  /** Another one: the version that the hash has after a part is written. */
  readonly version: string;
}

/** `previous` is the version before. */
export type WriteResult =
  { readonly outcome: 'written'; readonly previous: string } | { readonly outcome: 'superseded' | 'forgotten' };

/** Customers in Redis. Every method throws when Redis does not answer, or not with what it was asked for. */
@Injectable()
export class RedisCustomers {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly codec: FieldCodec,
    private readonly bus: CacheBus,
    private readonly metrics: CacheMetrics,
    private readonly time: SharedTime,
  ) {}

  /** Whether there is a Redis at all. */
  get exist(): boolean {
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
    return tokenOf(reply);
  }

  /** The response of a variant alone. */
  async readResponse(
    key: ProfileKey,
  ): Promise<{ readonly token: RedisWriteToken; readonly response: CachedResponse | null }> {
    const field = this.scopeOf(key) + responseField(key.variant);
    const reply = await this.connection.run((redis) =>
      redis.hmgetBuffer(customerHash(key), 'generation', 'version', field),
    );
    const [generation, version, value] = reply.map((one) => (Buffer.isBuffer(one) ? one : null));
    const token = tokenOf([generation, version]);
    return { token, response: value ? this.response(key, field, value) : null };
  }

  /** @param withinMs how long to wait */
  async read(customer: CustomerKey, withinMs = Infinity): Promise<RedisRead> {
    const name = customerHash(customer);
    const reply: unknown = await this.connection.run((redis) => redis.hgetallBuffer(name), withinMs);
    const fields = (isObject(reply) ? reply : {}) as Readonly<Record<string, Buffer>>;
    const token = tokenOf([fields.generation, fields.version]);
    const scope = this.scopeOf(customer);
    const values = Object.entries(fields).filter(([field]) => field.startsWith(scope) && field !== `${scope}linked`);
    const isResponse = (field: string): boolean => /^response(@|$)/.test(field.slice(scope.length));
    const responses = values.flatMap(([field, value]) => {
      const response = isResponse(field) && this.response(customer, field, value);
      return response ? [[field.slice(scope.length), response] as const] : [];
    });
    const parts = values.flatMap(([field, value]) =>
      isResponse(field) ? [] : [[field.slice(scope.length), value] as const],
    );
    const kept = new KeptParts(parts, this.readerOf(customer, scope));
    return { token, customer: new CachedCustomer(token.version, kept, new Map(responses)) };
  }

  /** Writes parts and response, unless the customer was forgotten since `before` was read, or later ones are stored. */
  async write(key: ProfileKey, update: CustomerUpdate, before: RedisWriteToken): Promise<WriteResult> {
    const { parts, fetched, response, version } = update;
    const scope = this.scopeOf(key);
    const field = scope + responseField(key.variant);
    const fields = [...fieldsOf(parts, key.variant)].flatMap(([source, name]) => {
      const part = parts[source];
      const value = part && fetched.includes(source) ? this.codec.encodePart(key, scope + name, part) : '';
      return part ? [scope + name, stampOf(part), value] : [];
    });
    const now = this.clock.now();
    const lifetimeMs =
      Math.max(1, Math.ceil(Math.max(...Object.values(parts).map(lastUsableAt)) - now)) + EXPIRY_MARGIN_MS;
    const encoded = response ? this.codec.encodeResponse(key, field, response) : '';
    const variant = key.variant === STORED_LINK ? '' : key.variant;
    const more = [
      ...[
        before.generation,
        version,
        now + CLOCK_TOLERANCE_MS,
        lifetimeMs,
        MAX_BILLING_CUSTOMERS,
        variant,
        field,
        encoded,
      ],
      ...[linkOf(parts.billing) ?? '', scope, ...fields],
    ];
    this.metrics.entryBytes.observe(
      more.reduce<number>((sum, one) => sum + (Buffer.isBuffer(one) ? one.length : 0), 0),
    );
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(WRITE_CUSTOMER, 1, customerHash(key), ...more),
    );
    const [outcome, previous] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (outcome === 'written') return { outcome, previous: String(previous) };
    if (outcome === 'superseded' || outcome === 'forgotten') return { outcome };
    throw new Error('the answer is no outcome of a write');
  }

  /** Forgets what is cached of a customer. @returns whether every process that listens was told */
  async forget(customer: CustomerKey, what: Forgotten): Promise<boolean> {
    return (await this.runForget(customer, [what])).areTold;
  }

  /**
   * Replaces a customer's cached parts and responses with one part, and notifies every process.
   * @returns the generation that begins; '' when the customer was forgotten since `generation` was read
   */
  async replaceAll(customer: CustomerKey, source: string, part: Part, generation: string): Promise<string> {
    const field = this.scopeOf(customer) + partField(source, '', null);
    const value = this.codec.encodePart(customer, field, part);
    return (await this.runForget(customer, ['all', generation, field, value])).generation;
  }

  private async runForget(
    customer: CustomerKey,
    more: readonly (string | Buffer)[],
  ): Promise<{ readonly generation: string; readonly areTold: boolean }> {
    const { requestBudgetMs, cache } = this.config;
    const keptMs = Math.max(60_000 + 2 * requestBudgetMs, cache.staleSeconds * 1000) + EXPIRY_MARGIN_MS;
    const message = this.bus.message('forgotten', `${customer.organisation}:${customer.customerId}`);
    const values = [keptMs, this.bus.channel, message, randomUUID(), this.clock.now(), ...more];
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(FORGET_CUSTOMER, 1, customerHash(customer), ...values),
    );
    const [generation, told] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (typeof generation !== 'string') throw new RedisUnavailable('the answer is no generation');
    return { generation, areTold: told === 1 };
  }

  private scopeOf({ organisation }: CustomerKey): string {
    return `${this.config.organisations.get(organisation)?.cacheScope ?? ''}/`;
  }

  private response(customer: CustomerKey, field: string, value: Buffer): CachedResponse | null {
    const response = this.codec.decodeResponse(customer, field, value);
    if (!response) this.metrics.unreadable.inc();
    const isLost = response !== null && response.checkedAt < this.time.lostBefore;
    return isLost ? { ...response, dueAt: 0 } : response;
  }

  /** Reads a part by its field without the scope. Redis may have lost later ones than those from before it lost data. */
  private readerOf({ organisation, customerId }: CustomerKey, scope: string): ReadPart {
    const customer = { organisation, customerId: ownedText(customerId) };
    return (field, value) => {
      const part = this.codec.decodePart(customer, scope + field, value);
      if (!part) this.metrics.unreadable.inc();
      if (!part) return null;
      const now = this.clock.now();
      const isFromFuture = Math.max(part.fetchedAt, part.checkedAt) > now + CLOCK_TOLERANCE_MS;
      return isFromFuture || part.checkedAt < this.time.lostBefore ? expired(part, now) : part;
    };
  }
}

function tokenOf([generation, version]: readonly (string | Buffer | null | undefined)[]): RedisWriteToken {
  return { generation: String(generation ?? 0), version: String(version ?? 0) };
}
