import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isOtherType } from '../redis/redis-errors.ts';
import { RedisTime } from '../redis/redis-time.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { type ProfileKey } from './cache-keys.ts';
import { CachedCustomer } from './cached-customer.ts';
import { type CachedResponse } from './cached-response.ts';
import { RedisCustomers, type RedisWriteToken } from './customer-hash/redis-customers.ts';
import { LocalCopies } from './local-copies.ts';
import { logUnavailable } from './log-unavailable.ts';
import { type Heard, MemoryCache } from './memory-cache.ts';
import { type Parts } from './part.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

/** The result of a read. */
export interface CacheRead {
  readonly customer: CachedCustomer;
  /** The accepted response; then nothing else was read. */
  readonly accepted: CachedResponse | null;
  readonly level: 'local' | 'redis';
  readonly token: WriteToken;
  /** The time that the request's other commands to Redis have left. */
  readonly redisTime: RedisTime;
}

/** The state that a later write expects. */
export interface WriteToken {
  /** null when Redis could not be read; then nothing is written to it either. */
  readonly redis: RedisWriteToken | null;
  readonly local: Heard;
  /** The last wide invalidation that was known. */
  readonly wide: number;
}

/** The cached parts, and where they were found. */
export interface PeekResult {
  readonly parts: Parts;
  readonly level: 'local' | 'redis' | 'none';
  /** False: Redis did not answer, so it may have more than this process. */
  readonly redisAnswered: boolean;
}

const NOTHING_COUNTED: RedisWriteToken = { generation: '0', version: '0' };

/** Reads customers from Redis, with copies in this process. It never fails a read: an unreadable value is a miss. */
@Injectable()
export class ProfileCache {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly shared: RedisCustomers,
    private readonly memory: MemoryCache,
    private readonly copies: LocalCopies,
    private readonly wide: WideInvalidations,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The copy in this process, while it need not be confirmed by Redis. */
  local(key: ProfileKey): CachedCustomer | null {
    return this.copies.unconfirmed(key)?.customer ?? null;
  }

  /**
   * Reads the customer. When Redis does not answer or has lost it, the last copy in this process serves.
   * @throws CustomerErased
   * @param accept whether a response is enough: a process without copies then reads only the response; null: none is
   * @param redisTime the time that the request has left for Redis; absent: it has sent Redis nothing yet
   */
  async read(
    key: ProfileKey,
    accept: ((response: CachedResponse) => boolean) | null = null,
    redisTime = this.redisTime(),
  ): Promise<CacheRead> {
    return redisTime.waitFor(() => this.readWithin(redisTime, key, accept));
  }

  private async readWithin(
    redisTime: RedisTime,
    key: ProfileKey,
    accept: ((response: CachedResponse) => boolean) | null,
  ): Promise<CacheRead> {
    await this.wide.ensureRead(key.organisation);
    const local = this.memory.heard();
    const wide = this.wide.of(key.organisation).last;
    const copy = this.memory.peekExpired(key);
    const found = (
      level: CacheRead['level'],
      redis: RedisWriteToken | null,
      customer: CachedCustomer | null | undefined,
      accepted: CachedResponse | null = null,
    ): CacheRead => ({
      customer: customer ?? CachedCustomer.EMPTY,
      accepted,
      level,
      token: { redis, local, wide },
      redisTime,
    });
    if (!this.shared.isConfigured) return found('local', null, copy?.customer);
    try {
      if (!this.memory.keepsCopies && accept) {
        const { token, response } = await this.shared.readResponse(key);
        const isAccepted = response !== null && accept(response);
        if (isAccepted || token.version === '0') return found('redis', token, null, isAccepted ? response : null);
      }
      const { token, customer, level, isShared } = await this.copies.confirm(key, redisTime);
      // A copy that this process has written meanwhile is newer than the answer of Redis.
      if (token.version !== '0' && this.memory.peekExpired(key) === copy)
        this.memory.put(key, { customer, generation: token.generation, isShared }, local);
      return found(level, token, customer);
    } catch (error) {
      if (error instanceof CustomerErased) throw this.erased(key, error);
      logUnavailable(this.log, 'read', error);
      // The next write replaces a key of another type. Otherwise Redis is down, and only the last copy is left.
      return found('local', isOtherType(error) ? NOTHING_COUNTED : null, this.copies.whileUnreachable(key));
    }
  }

  /** Whether the customer, or more than a customer of its organisation, was invalidated, as far as this process knows, since Redis was asked. */
  isInvalidatedSince(key: ProfileKey, { token }: CacheRead): boolean {
    return this.memory.isInvalidatedSince(key, token.local) || this.wide.of(key.organisation).last > token.wide;
  }

  /** Whether this process has parts of the customer that it could not write to Redis. */
  holdsUnshared(key: ProfileKey): boolean {
    return this.memory.peekExpired(key)?.isShared === false;
  }

  /** Whether the read is still current in Redis; true when Redis does not answer in time, false for an erased customer. */
  async isCurrent(key: ProfileKey, { customer, redisTime }: CacheRead): Promise<boolean> {
    try {
      const token = await redisTime.waitFor((leftMs) => this.shared.readToken(key, leftMs));
      return token.version === customer.version;
    } catch (error) {
      return !(error instanceof CustomerErased);
    }
  }

  /** Reads without making a copy. @throws CustomerErased */
  async peek(key: ProfileKey): Promise<PeekResult> {
    const found = (customer: CachedCustomer, level: 'local' | 'redis', redisAnswered: boolean): PeekResult => {
      const parts = customer.partsOf(key.variant);
      return { parts, level: Object.keys(parts).length === 0 ? 'none' : level, redisAnswered };
    };
    const local = this.copies.unconfirmed(key);
    if (local) return found(local.customer, 'local', true);
    if (!this.shared.isConfigured) return found(CachedCustomer.EMPTY, 'local', true);
    const redisTime = this.redisTime();
    await redisTime.waitFor(() => this.wide.ensureRead(key.organisation));
    try {
      const { customer, level } = await redisTime.waitFor(() => this.copies.confirm(key, redisTime));
      return found(customer, level, true);
    } catch (error) {
      if (error instanceof CustomerErased) throw this.erased(key, error);
      return found(this.copies.whileUnreachable(key), 'local', false);
    }
  }

  /** This process has missed that the customer was erased. */
  private erased(customer: ProfileKey, error: CustomerErased): CustomerErased {
    this.memory.invalidate(customer);
    return error;
  }

  private redisTime(): RedisTime {
    return new RedisTime(this.clock, this.config.redis?.timeoutMs ?? Infinity);
  }
}
