import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock, CLOCK_TOLERANCE_MS, EXPIRY_MARGIN_MS } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { marksKey } from '../../customer-changes/feed/change-keys.ts';
import { ChangeMarks, marksIn, type ReadMarks } from '../../customer-changes/feed/change-marks.ts';
import { type ProfileContent } from '../../customer-changes/feed/profile-content.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { RedisUnavailable } from '../../redis/redis-errors.ts';
import { CustomerErased } from '../../tombstones/customer-erased.ts';
import { ERASED } from '../../tombstones/refuse-erased.ts';
import { Tombstones } from '../../tombstones/tombstones.ts';
import { CacheBus } from '../cache-bus.ts';
import {
  customerHash,
  generationKeptMs,
  MAX_BILLING_CUSTOMERS,
  partField,
  type ProfileKey,
  responseField,
  scopePrefix,
  STORED_LINK,
} from '../cache-keys.ts';
import { CacheMetrics } from '../cache-metrics.ts';
import { fieldsOf } from '../cached-customer.ts';
import { type CachedResponse } from '../cached-response.ts';
import { lastUsableAt, linkOf, type Part, type Parts } from '../part.ts';
import { FieldCodec } from './field-codec.ts';
import { stampOf } from './part-content.ts';
import { type RedisWriteToken } from './redis-customers.ts';
import { FORGET_CUSTOMER, WRITE_CUSTOMER } from './redis-scripts.ts';

/**
 * The extent of an invalidation. `all` drops everything; `stale` drops nothing but makes every part due; `link` drops the
 * stored link and its response; `links` also drops those of links that requests name; a source drops its parts and all
 * responses.
 */
export type Forgotten = 'all' | 'stale' | 'link' | 'links' | { readonly source: string };

/** The part of a customer's state that a write replaces. */
export interface CustomerUpdate {
  /** All parts that the response was made of. */
  readonly parts: Parts;
  /** The sources whose parts are new; the others are stored already. */
  readonly fetched: readonly string[];
  readonly response: CachedResponse | null;
  /** The content that readers by the stored link get, and its parts; null: a part is missing. */
  readonly linked: { readonly content: ProfileContent; readonly parts: Parts } | null;
  /** A new version, which the hash has once a part is written. */
  readonly version: string;
}

/** `previous` is the version before; `marks` are there when readers get new content. */
export type WriteResult =
  | { readonly outcome: 'written'; readonly previous: string; readonly marks: ReadMarks | null }
  | { readonly outcome: 'superseded' | 'forgotten' | 'erased' };

/** Writes and forgets customers in Redis. Every method throws when Redis does not answer, or answers something unexpected. */
@Injectable()
export class RedisCustomerWrites {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly codec: FieldCodec,
    private readonly bus: CacheBus,
    private readonly metrics: CacheMetrics,
    private readonly marks: ChangeMarks,
    private readonly tombstones: Tombstones,
  ) {}

  /** Writes parts and response, unless the customer was forgotten since `before` was read, or later parts are stored. */
  async write(key: ProfileKey, update: CustomerUpdate, before: RedisWriteToken): Promise<WriteResult> {
    const scope = scopePrefix(key);
    const fields = this.partValues(key, scope, update);
    const ofContent = contentStamps(scope, update.linked?.parts ?? {}, fields);
    const values = [...this.valuesOf(key, scope, update, before), ...fields, ...ofContent];
    this.metrics.entryBytes.observe(
      values.reduce<number>((sum, one) => sum + (Buffer.isBuffer(one) ? one.length : 0), 0),
    );
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(WRITE_CUSTOMER, ...this.keysOf(key), ...values),
    );
    return readResult(reply);
  }

  /**
   * Forgets the cached parts and responses of a customer, or those that `what` names.
   * @returns whether every process that listens was notified
   * @throws CustomerErased: nothing is cached
   */
  async forget(customer: CustomerKey, what: Forgotten): Promise<boolean> {
    return (await this.runForget(customer, [typeof what === 'string' ? what : what.source])).isPublished;
  }

  /**
   * Replaces a customer's cached parts and responses with one part, and notifies every process.
   * @returns the new generation, '' when the customer was forgotten since `generation` was read; and the marks, when
   * readers had content before
   */
  async replaceAll(
    key: ProfileKey,
    source: string,
    part: Part,
    generation: string,
  ): Promise<{ readonly generation: string; readonly marks: ReadMarks | null }> {
    const field = scopePrefix(key) + partField(source, '', null);
    const value = this.codec.encodePart(key, field, part);
    return this.runForget(key, ['all', generation, field, value, ...this.marks.ofRemoval()]);
  }

  private async runForget(
    customer: CustomerKey,
    more: readonly (string | number | Buffer)[],
  ): Promise<{ readonly generation: string; readonly isPublished: boolean; readonly marks: ReadMarks | null }> {
    const message = this.bus.customerMessage(more[0] === 'stale' ? 'stale' : 'forgotten', customer);
    const values = [generationKeptMs(this.config), this.bus.channel, message, randomUUID(), this.clock.now(), ...more];
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(FORGET_CUSTOMER, ...this.keysOf(customer), ...values),
    );
    const [generation, published, marks] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (generation === ERASED) throw new CustomerErased();
    if (typeof generation !== 'string') throw new RedisUnavailable('the answer is no generation');
    return { generation, isPublished: published === 1, marks: marksIn(marks) };
  }

  /** Field, stamp and value of each part, as the script takes them; '' for a part that is stored already. */
  private partValues(key: ProfileKey, scope: string, { parts, fetched }: CustomerUpdate): readonly (string | Buffer)[] {
    return [...fieldsOf(parts, key.variant)].flatMap(([source, name]) => {
      const part = parts[source];
      const value = part && fetched.includes(source) ? this.codec.encodePart(key, scope + name, part) : '';
      return part ? [scope + name, stampOf(part), value] : [];
    });
  }

  /** The values of the script that come before the parts. */
  private valuesOf(
    key: ProfileKey,
    scope: string,
    { parts, response, linked, version }: CustomerUpdate,
    { generation }: RedisWriteToken,
  ): readonly (string | number | Buffer)[] {
    const field = scope + responseField(key.variant);
    const encoded = response ? this.codec.encodeResponse(key, field, response) : '';
    const variant = key.variant === STORED_LINK ? '' : key.variant;
    const note = linked ? this.marks.ofContent(key, linked.content) : ['', '', '', ''];
    const now = this.clock.now();
    const usableMs = Math.max(1, Math.ceil(Math.max(...Object.values(parts).map(lastUsableAt)) - now));
    return [
      ...[generation, version, now + CLOCK_TOLERANCE_MS, usableMs + EXPIRY_MARGIN_MS, MAX_BILLING_CUSTOMERS],
      ...[variant, field, encoded, linkOf(parts.billing) ?? '', scope, ...note],
      this.config.cache.freshSeconds * 1000,
    ];
  }

  /** The number of keys of a script that writes for the customer, and the keys. */
  private keysOf(customer: CustomerKey): readonly [count: number, ...keys: string[]] {
    const keys = [customerHash(customer), marksKey(customer), ...this.tombstones.lastKeyOf(customer)];
    return [keys.length, ...keys];
  }
}

/** Field and stamp of the parts of which only the content was made; '=' marks them for the script. */
function contentStamps(scope: string, parts: Parts, written: readonly (string | Buffer)[]): readonly string[] {
  return [...fieldsOf(parts, STORED_LINK)].flatMap(([source, name]) => {
    const part = written.includes(scope + name) ? undefined : parts[source];
    return part ? [scope + name, stampOf(part), '='] : [];
  });
}

function readResult(reply: unknown): WriteResult {
  const [outcome, previous, marks] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (outcome === 'written') return { outcome, previous: String(previous), marks: marksIn(marks) };
  if (outcome === 'superseded' || outcome === 'forgotten' || outcome === ERASED) return { outcome };
  throw new Error('the answer is no outcome of a write');
}
