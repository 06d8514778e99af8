import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { ChangeRecorder } from '../customer-changes/feed/change-recorder.ts';
import { type ProfileContent } from '../customer-changes/feed/profile-content.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { partField, type ProfileKey, STORED_LINK } from './cache-keys.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { CachedCustomer, fieldsOf } from './cached-customer.ts';
import { type CachedResponse } from './cached-response.ts';
import { type CustomerUpdate, RedisCustomerWrites, type WriteResult } from './customer-hash/redis-customer-writes.ts';
import { type RedisWriteToken } from './customer-hash/redis-customers.ts';
import { LocalCopies } from './local-copies.ts';
import { logUnavailable } from './log-unavailable.ts';
import { MemoryCache } from './memory-cache.ts';
import { type Part, type Parts } from './part.ts';
import { type CacheRead, type WriteToken } from './profile-cache.ts';
import { UnwrittenCustomers } from './unwritten-customers.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

/** The result of a refresh: all parts of the variant, the names of the fetched ones, and the response made of all. */
export interface Refreshed {
  readonly parts: Parts;
  readonly fetched: readonly string[];
  readonly response: CachedResponse | null;
  /** The content that readers get from these parts of the stored link; null when one is missing. */
  readonly contentOf: (parts: Parts) => ProfileContent | null;
}

/** A refresh that is about to be written. */
interface PendingWrite {
  /** The customer to which the refresh is added. */
  readonly base: CachedCustomer;
  /** False: the base is a copy that was made while Redis did not answer, so Redis lacks some of its parts. */
  readonly isBaseShared: boolean;
  readonly refreshed: Refreshed;
  readonly version: string;
  /** The customer as it should be in Redis. */
  readonly updated: CachedCustomer;
  /** The customer as it should be in this process; it differs when this process has written another refresh meanwhile. */
  readonly here: CachedCustomer;
}

/** A write to a Redis that has answered the read. */
interface SharedWrite {
  readonly read: CacheRead;
  readonly before: RedisWriteToken;
  readonly write: PendingWrite;
}

/** Stores the parts of refreshes, in Redis and in this process, and records changes for the feed. It never fails a refresh. */
@Injectable()
export class ProfileWrites {
  constructor(
    private readonly clock: Clock,
    private readonly shared: RedisCustomerWrites,
    private readonly memory: MemoryCache,
    private readonly copies: LocalCopies,
    private readonly metrics: CacheMetrics,
    private readonly changes: ChangeRecorder,
    private readonly wide: WideInvalidations,
    private readonly unwritten: UnwrittenCustomers,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Stores the result of a refresh, unless it was invalidated since the customer was read, or later parts are stored. */
  async write(key: ProfileKey, read: CacheRead, brought: Refreshed): Promise<void> {
    const { token } = read;
    const valid = this.stillValid(key, brought);
    if (valid.fetched.length === 0 && !valid.response) return;
    const write = this.overPresent(key, read, valid);
    this.keep(key, token, write.here, false);
    if (token.redis === null) {
      this.unwritten.noteMissing('parts', key);
    } else if (this.memory.isInvalidatedSince(key, token.local)) {
      // This process has received an invalidation of the customer, which Redis may have lost.
      this.metrics.writes.inc({ outcome: 'forgotten' });
    } else {
      await this.share(key, { read, before: token.redis, write });
    }
  }

  /** Replaces a customer's cached parts and responses with one part, in every process. */
  async replaceAll(key: ProfileKey, { token }: CacheRead, source: string, part: Part): Promise<void> {
    if (this.memory.isInvalidatedSince(key, token.local)) return;
    if (this.wide.isInvalidated(key.organisation, source, { [source]: part })) return;
    const replaced = await this.replaceShared(key, token.redis, source, part);
    if (replaced === 'failed') this.unwritten.noteMissing('parts', key);
    else this.unwritten.drop(key);
    if (replaced === 'forgotten' || this.memory.isInvalidatedSince(key, token.local)) return;
    const generation = replaced === 'failed' ? null : replaced.generation;
    this.memory.invalidate(key);
    const parts = new Map([[partField(source, key.variant, null), part]]);
    const customer = new CachedCustomer(randomUUID(), parts, new Map());
    // Redis has it under another version, so the first read that asks Redis takes it from there.
    this.memory.put(key, { customer, generation, isShared: generation !== null }, this.memory.heard());
  }

  /** Adds the result of a refresh to the customer from which it started, and to the copy that this process has by now. */
  private overPresent(key: ProfileKey, { customer, token }: CacheRead, brought: Refreshed): PendingWrite {
    const present = this.copies.present(key, token.redis);
    const unshared = present?.isShared === false ? present.customer : null;
    const base = unshared ?? customer;
    const all = { ...brought, fetched: Object.keys(brought.parts) };
    // Redis may lack any part of a copy that was made without it, so it gets all parts.
    const refreshed = unshared ? all : brought;
    const version = refreshed.fetched.length > 0 ? randomUUID() : customer.version;
    const updated = this.updated(base, key, refreshed, version);
    // Another refresh may have written later parts meanwhile.
    const hasOther = present !== null && present.customer.version !== base.version;
    const here = hasOther ? this.updated(present.customer, key, all, version) : updated;
    return { base, isBaseShared: unshared === null, refreshed, version, updated, here };
  }

  /** The customer with the result of a refresh. */
  private updated(
    base: CachedCustomer,
    key: ProfileKey,
    { parts, fetched, response }: Refreshed,
    version: string,
  ): CachedCustomer {
    const newParts = [...fieldsOf(parts, key.variant)].flatMap(([source, field]) => {
      const part = fetched.includes(source) && parts[source];
      return part ? [[field, part] as const] : [];
    });
    return base.with(version, new Map(newParts), response, key.variant, this.clock.now());
  }

  private keep(key: ProfileKey, { redis, local }: WriteToken, customer: CachedCustomer, isShared: boolean): void {
    this.memory.put(key, { customer, generation: redis?.generation ?? null, isShared }, local);
  }

  /** Writes to Redis, records a change, and notes which customers Redis lacks. */
  private async share(key: ProfileKey, { read, before, write }: SharedWrite): Promise<void> {
    const { base, isBaseShared, refreshed, version, updated, here } = write;
    const linked = linkedContent(key, refreshed, updated);
    // A refresh with unchanged content costs the feed nothing. Parts that Redis did not take may be new there.
    const isSame = isBaseShared && linked?.content.etag === base.response(STORED_LINK)?.etag;
    const noted = linked && !isSame ? this.changes.note(key) : null;
    const result = await this.tryWrite(key, { ...refreshed, linked, version }, before);
    if (!result) {
      if (noted) this.changes.failed(key, noted);
      if (refreshed.fetched.length > 0) this.unwritten.noteMissing('parts', key);
      return;
    }
    if (result.outcome === 'superseded') this.unwritten.noteMissing('response', key);
    else this.unwritten.drop(key);
    // Without another write in between, this process has the same as Redis.
    if (result.outcome !== 'written' || result.previous !== read.customer.version) this.memory.drop(key);
    // A later write of this process may have more; its own end decides.
    else if (here === updated && this.memory.peekExpired(key)?.customer.version === version)
      this.keep(key, read.token, updated, true);
    void this.changes.record(key, result.outcome === 'written' ? result.marks : null, noted);
  }

  /** @returns null when Redis did not answer; it may have done the write nevertheless */
  private async tryWrite(
    key: ProfileKey,
    update: CustomerUpdate,
    before: RedisWriteToken,
  ): Promise<WriteResult | null> {
    try {
      const result = await this.shared.write(key, update, before);
      if (result.outcome === 'erased') this.memory.invalidate(key);
      this.metrics.writes.inc({ outcome: result.outcome });
      return result;
    } catch (error) {
      this.metrics.writes.inc({ outcome: 'failed' });
      logUnavailable(this.log, 'write', error);
      return null;
    }
  }

  /**
   * Replaces all in Redis.
   * @returns the new generation, or `forgotten` when the customer was forgotten or erased since
   */
  private async replaceShared(
    key: ProfileKey,
    before: RedisWriteToken | null,
    source: string,
    part: Part,
  ): Promise<{ readonly generation: string } | 'forgotten' | 'failed'> {
    if (!before) return 'failed';
    const noted = this.changes.note(key);
    try {
      const { generation, marks } = await this.shared.replaceAll(key, source, part, before.generation);
      void this.changes.record(key, marks, noted);
      return generation === '' ? 'forgotten' : { generation };
    } catch (error) {
      void this.changes.threw(key, noted, error);
      if (error instanceof CustomerErased) {
        this.memory.invalidate(key);
        return 'forgotten';
      }
      logUnavailable(this.log, 'forget', error);
      return 'failed';
    }
  }

  /** The refreshed parts, without those that were invalidated since their calls. */
  private stillValid({ organisation }: ProfileKey, { parts, fetched, response, contentOf }: Refreshed): Refreshed {
    const valid = fetched.filter((source) => !this.wide.isInvalidated(organisation, source, parts));
    const isAll = valid.length === fetched.length;
    if (!isAll) this.metrics.writes.inc({ outcome: 'forgotten' });
    const holds = isAll && response !== null && this.wide.of(organisation).holds(response);
    const isKept = (source: string): boolean => valid.includes(source) || !fetched.includes(source);
    return {
      parts: isAll ? parts : Object.fromEntries(Object.entries(parts).filter(([source]) => isKept(source))),
      fetched: valid,
      response: holds ? response : null,
      contentOf: isAll ? contentOf : () => null,
    };
  }
}

/**
 * The content that readers get by the stored link; null: a part is missing.
 * @param updated the customer with the link of this refresh
 */
function linkedContent(
  { variant }: ProfileKey,
  { parts, contentOf }: Refreshed,
  updated: CachedCustomer,
): CustomerUpdate['linked'] {
  const linkedParts = variant === STORED_LINK ? parts : updated.partsOf(STORED_LINK);
  const content = contentOf(linkedParts);
  return content && { content, parts: linkedParts };
}
