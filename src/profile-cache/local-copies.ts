import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { type RedisTime } from '../redis/redis-time.ts';
import { SharedTime } from '../redis/shared-time/shared-time.ts';
import { CacheBus } from './cache-bus.ts';
import { type ProfileKey } from './cache-keys.ts';
import { CachedCustomer } from './cached-customer.ts';
import { RedisCustomers, type RedisRead, type RedisWriteToken } from './customer-hash/redis-customers.ts';
import { type HeldCopy, type LocalCopy, MemoryCache } from './memory-cache.ts';

/** A customer with the parts of Redis and of this process. */
export interface ConfirmedRead extends RedisRead {
  /** `local`: Redis has nothing of the customer, so only the copy in this process is left. */
  readonly level: 'local' | 'redis';
  /** Whether Redis has all of the parts. */
  readonly isShared: boolean;
}

const REDIS = { level: 'redis', isShared: true } as const;

/** Decides which of its copies a process may serve, by the state of Redis. */
@Injectable()
export class LocalCopies {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly shared: RedisCustomers,
    private readonly memory: MemoryCache,
    private readonly bus: CacheBus,
    private readonly time: SharedTime,
  ) {}

  /** The copy that need not be confirmed. A process that receives no events has no such copy. */
  unconfirmed(key: ProfileKey): LocalCopy | null {
    return !this.shared.isConfigured || this.bus.isConnected ? this.memory.get(key) : null;
  }

  /**
   * The copy to serve while Redis does not answer. A process that has been cut off for long may have missed an
   * invalidation.
   * @throws RedisUnavailable when it may then serve nothing at all
   */
  whileUnreachable(key: ProfileKey): CachedCustomer {
    const { disconnectedSeconds, refusesWhenDisconnected } = this.config.cache;
    const oldest = this.clock.monotonic() - disconnectedSeconds * 1000;
    if (refusesWhenDisconnected && Math.max(this.bus.completeUntil, this.shared.answeredAt) < oldest) {
      this.memory.clear();
      throw new RedisUnavailable('Redis has not been reached for CACHE_DISCONNECTED_SECONDS');
    }
    const copy = this.memory.peekExpired(key);
    if (!copy) return CachedCustomer.EMPTY;
    const knownUntil = Math.max(this.bus.completeUntil, copy.keptAtMonotonic);
    return knownUntil < oldest ? copy.customer.expired(this.clock.now()) : copy.customer;
  }

  /**
   * The customer from Redis, or the copy when it is the current version. It includes the parts of the copy that could not
   * be written to Redis. When Redis has nothing, the copy serves.
   */
  async confirm(key: ProfileKey, redisTime: RedisTime): Promise<ConfirmedRead> {
    const copy = this.memory.peekExpired(key);
    if (copy?.isShared) {
      const token = await this.shared.readToken(key, redisTime.leftMs);
      if (token.version === '0') return this.absent(key, token, copy);
      const isCurrent = token.version === copy.customer.version;
      if (isCurrent && !this.isFromBeforeLoss(copy)) return { ...REDIS, token, customer: copy.customer };
    }
    const { token, customer } = await this.shared.read(key, redisTime.leftMs);
    if (token.version === '0') return this.absent(key, token, copy);
    if (!copy || isOlder(copy, token)) return { ...REDIS, token, customer };
    const now = this.clock.now();
    // Redis has lost parts that this process may still have.
    if (this.isFromBeforeLoss(copy))
      return { ...REDIS, token, customer: customer.withLaterOf(copy.customer.expired(now), now) };
    if (copy.isShared) return { ...REDIS, token, customer };
    return { ...REDIS, token, customer: customer.withLaterOf(copy.customer, now), isShared: false };
  }

  /**
   * A customer of whom Redis has said that it has nothing. The copy is stale when Redis has lost it; it is not when Redis
   * never had it, or has got it since it was asked.
   * @param before the copy when Redis was asked
   */
  private absent(key: ProfileKey, token: RedisWriteToken, before: LocalCopy | null): ConfirmedRead {
    const copy = this.present(key, token);
    if (!copy) return { ...REDIS, token, customer: CachedCustomer.EMPTY };
    const { customer, isShared } = copy;
    const isLost = isShared && before?.isShared === true && before.customer.version === customer.version;
    return { token, level: 'local', isShared, customer: isLost ? customer.expired(this.clock.now()) : customer };
  }

  /** The copy, unless the customer was invalidated since. @param token the one of the read */
  present(key: ProfileKey, token: RedisWriteToken | null): LocalCopy | null {
    const copy = this.memory.peekExpired(key);
    return copy && !(token && isOlder(copy, token)) ? copy : null;
  }

  private isFromBeforeLoss({ keptAt }: HeldCopy): boolean {
    return keptAt < this.time.lostBefore;
  }
}

/** Whether the customer was invalidated since the copy was made. */
const isOlder = ({ generation }: LocalCopy, token: RedisWriteToken): boolean =>
  Number(generation ?? 0) < Number(token.generation);
