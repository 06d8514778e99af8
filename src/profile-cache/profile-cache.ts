import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { type CustomerKey, partField, type ProfileKey } from './cache-keys.ts';
import { CachedCustomer, fieldsOf } from './cached-customer.ts';
import { type CachedResponse } from './cached-response.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { LocalCopies } from './local-copies.ts';
import { MemoryCache } from './memory-cache.ts';
import { type Part, type Parts } from './part.ts';
import { type Forgotten, RedisCustomers, type RedisWriteToken } from './redis-customers.ts';

/** The result of a read. */
export interface CacheRead {
  readonly customer: CachedCustomer;
  /** A response that was accepted; then nothing else was read. */
  readonly accepted: CachedResponse | null;
  readonly level: 'local' | 'redis';
  readonly token: WriteToken;
  /** What the read has left of `REDIS_TIMEOUT_MS`, for what else its request asks Redis; Infinity without Redis. */
  readonly redisLeftMs: number;
}

/** The state that a later write must still find. */
export interface WriteToken {
  /** null when Redis could not be read, and is then not written either. */
  readonly redis: RedisWriteToken | null;
  readonly local: number;
}

/** The cached parts, and where they were found. */
export interface PeekResult {
  readonly parts: Parts;
  readonly level: 'local' | 'redis' | 'none';
  /** False: Redis did not answer, so that there may be more than this process has. */
  readonly redisAnswered: boolean;
}

/** The result of a refresh: all parts of the variant, those that were fetched, and the response made of all. */
export interface Refreshed {
  readonly parts: Parts;
  readonly fetched: readonly string[];
  readonly response: CachedResponse | null;
}

const NOTHING_COUNTED: RedisWriteToken = { generation: '0', version: '0' };

/** Customers in Redis, with copies in this process. It never fails a read: an unreadable value is a miss. */
@Injectable()
export class ProfileCache {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly shared: RedisCustomers,
    private readonly memory: MemoryCache,
    private readonly copies: LocalCopies,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The copy in this process, while it need not be confirmed by Redis. */
  local(key: ProfileKey): CachedCustomer | null {
    return this.copies.unconfirmed(key)?.customer ?? null;
  }

  /**
   * Reads the customer. When Redis does not answer or has lost it, the last copy in this process serves.
   * @param accept whether a response will do: a process without copies then reads that alone; null: none will
   */
  async read(key: ProfileKey, accept: ((response: CachedResponse) => boolean) | null = null): Promise<CacheRead> {
    const local = this.memory.generation(key);
    const copy = this.memory.peekExpired(key);
    const accepted = null;
    const leftMs = this.redisTime();
    if (!this.shared.exist) {
      const own = copy?.customer ?? CachedCustomer.EMPTY;
      return { customer: own, accepted, level: 'local', token: { redis: null, local }, redisLeftMs: Infinity };
    }
    try {
      if (!this.memory.keepsCopies && accept) {
        const { token: redis, response } = await this.shared.readResponse(key);
        const token = { redis, local };
        const isEnough = response !== null && accept(response);
        if (isEnough || redis.version === '0')
          return {
            customer: CachedCustomer.EMPTY,
            accepted: isEnough ? response : null,
            level: 'redis',
            token,
            redisLeftMs: leftMs(),
          };
      }
      const { token: redis, customer, isShared } = await this.copies.confirm(key, leftMs);
      const token = { redis, local };
      const redisLeftMs = leftMs();
      if (redis.version === '0') {
        const kept = this.copies.whenAbsent(key, redis);
        const level = kept ? 'local' : 'redis';
        return { customer: kept ?? CachedCustomer.EMPTY, level, accepted, token, redisLeftMs };
      }
      // What was written here meanwhile is newer than what Redis has just answered.
      if (this.memory.peekExpired(key) === copy)
        this.memory.put(key, { customer, generation: redis.generation, isShared }, local);
      return { customer, accepted, level: 'redis', token, redisLeftMs };
    } catch (error) {
      this.logFailure('read', error);
      // A key of another type is replaced by the next write. Otherwise Redis is away, and the last copy is all there is.
      const redis = errorCode(error) === 'WRONGTYPE' ? NOTHING_COUNTED : null;
      const customer = this.copies.whileUnreachable(key);
      return { customer, accepted, level: 'local', token: { redis, local }, redisLeftMs: leftMs() };
    }
  }

  /** Whether the read is still current in Redis; true when Redis does not answer in time. */
  async isCurrent(key: ProfileKey, { customer, redisLeftMs }: CacheRead): Promise<boolean> {
    try {
      return (await this.shared.readToken(key, redisLeftMs)).version === customer.version;
    } catch {
      return true;
    }
  }

  /** Reads without making a copy. */
  async peek(key: ProfileKey): Promise<PeekResult> {
    const found = (customer: CachedCustomer, level: 'local' | 'redis', redisAnswered: boolean): PeekResult => {
      const parts = customer.partsOf(key.variant);
      return { parts, level: Object.keys(parts).length === 0 ? 'none' : level, redisAnswered };
    };
    const local = this.copies.unconfirmed(key);
    if (local) return found(local.customer, 'local', true);
    if (!this.shared.exist) return found(CachedCustomer.EMPTY, 'local', true);
    try {
      const { token, customer } = await this.copies.confirm(key, this.redisTime());
      if (token.version !== '0') return found(customer, 'redis', true);
      return found(this.copies.whenAbsent(key, token) ?? CachedCustomer.EMPTY, 'local', true);
    } catch {
      return found(this.copies.whileUnreachable(key), 'local', false);
    }
  }

  /** Keeps what a refresh brought, unless the customer was forgotten since it was read, or later parts are stored. */
  async write(key: ProfileKey, { customer, token }: CacheRead, refreshed: Refreshed): Promise<void> {
    const { parts, response } = refreshed;
    // It may have been written here since the customer was read. Redis may lack any of its parts, so it is given all.
    const unshared = this.copies.unshared(key, token.redis);
    const base = unshared ?? customer;
    const fetched = unshared ? Object.keys(parts) : refreshed.fetched;
    const version = fetched.length > 0 ? randomUUID() : customer.version;
    const newParts = [...fieldsOf(parts, key.variant)].flatMap(([source, field]) => {
      const part = fetched.includes(source) && parts[source];
      return part ? [[field, part] as const] : [];
    });
    const updated = base.with(version, new Map(newParts), response, key.variant, this.clock.now());
    const keep = (generation: string | null, isShared: boolean): void => {
      this.memory.put(key, { customer: updated, generation, isShared }, token.local);
    };
    keep(token.redis?.generation ?? null, false);
    if (token.redis === null) return;
    if (this.memory.generation(key) !== token.local) {
      // This process has heard that the customer was forgotten. Redis may have lost that.
      this.metrics.writes.inc({ outcome: 'forgotten' });
      return;
    }
    try {
      const result = await this.shared.write(key, { parts, fetched, response, version }, token.redis);
      this.metrics.writes.inc({ outcome: result.outcome });
      // Another write came between: what this process has is not what Redis has.
      if (result.outcome === 'written' && result.previous === customer.version) keep(token.redis.generation, true);
      else this.memory.drop(key);
    } catch (error) {
      this.metrics.writes.inc({ outcome: 'failed' });
      this.logFailure('write', error);
    }
  }

  /** Replaces a customer's cached parts and responses with one part, in every process. */
  async replaceAll(key: ProfileKey, { token }: CacheRead, source: string, part: Part): Promise<void> {
    if (this.memory.generation(key) !== token.local) return;
    let generation: string | null = null;
    try {
      generation = token.redis && (await this.shared.replaceAll(key, source, part, token.redis.generation));
    } catch (error) {
      this.logFailure('forget', error);
    }
    if (generation === '' || this.memory.generation(key) !== token.local) return;
    this.memory.invalidate(key);
    const parts = new Map([[partField(source, key.variant, null), part]]);
    const customer = new CachedCustomer(randomUUID(), parts, new Map());
    // Redis has it under a version of its own: the first read that asks Redis takes it from there.
    this.memory.put(key, { customer, generation, isShared: generation !== null }, this.memory.generation(key));
  }

  /**
   * Forgets what is cached of a customer, in every process; what was asked for before this moment will not be kept.
   * @returns false when Redis has forgotten it and could not tell the other processes
   * @throws RedisUnavailable when Redis cannot be told
   */
  async forget(customer: CustomerKey, what: Forgotten = 'all'): Promise<boolean> {
    this.memory.invalidate(customer);
    this.metrics.invalidations.inc({ direction: 'sent' });
    return !this.shared.exist || this.shared.forget(customer, what);
  }

  /** What is left of `REDIS_TIMEOUT_MS`, which begins now. */
  private redisTime(): () => number {
    const endsAt = this.clock.monotonic() + (this.config.redis?.timeoutMs ?? 0);
    return () => Math.max(0, endsAt - this.clock.monotonic());
  }

  private logFailure(operation: string, error: unknown): void {
    this.log.debug({ event: 'cache_unavailable', operation, errorCode: errorCode(error) }, 'Redis could not be used');
  }
}

/** The first word of a Redis error, such as WRONGTYPE, or the error's own name. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? error.name;
}
