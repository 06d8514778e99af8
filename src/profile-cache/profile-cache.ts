import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { RedisConnection } from '../redis/redis.connection.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { LocalCopies } from './local-copies.ts';
import { decodeEntry, encodeEntry, type ProfileEntry, type ProfileKey, SHAPE_VERSION } from './profile-entry.ts';
import { FORGET_ENTRIES, WRITE_ENTRY } from './redis-scripts.ts';

/** What was found, and the marks that a later write must show. */
export interface CacheRead {
  readonly entry: ProfileEntry | null;
  readonly marks: CacheMarks;
}

/** `redis` is null when Redis was not read, and is then not written either. */
export interface CacheMarks {
  readonly redis: string | null;
  readonly local: number;
}

const MOST_VARIANTS = 16;

/** Merged profiles in Redis, with copies in this process. It never fails a request: what cannot be read is a miss. */
@Injectable()
export class ProfileCache {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly copies: LocalCopies,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The copy in this process, without asking Redis. */
  local(key: ProfileKey): ProfileEntry | null {
    return this.copies.get(key);
  }

  /** The entry in Redis; without Redis, the copy in this process. */
  async read(key: ProfileKey): Promise<CacheRead> {
    const local = this.copies.generation(key);
    const before = this.copies.get(key);
    if (!this.connection.client) return { entry: this.copies.get(key), marks: { redis: null, local } };
    try {
      const [value, generation] = await this.connection.client.hmget(redisKey(key), key.variant, 'generation');
      const entry = typeof value === 'string' ? decodeEntry(value, key) : null;
      if (value != null && !entry)
        this.log.warn({ event: 'cache_entry_unreadable' }, 'a cached value is not readable; it will be replaced');
      // What was written here meanwhile is newer than what Redis has just answered.
      if (entry && this.copies.get(key) === before)
        this.copies.put(key, entry, value?.length ?? 0, this.lifetimeMs(entry), local, false);
      return { entry, marks: { redis: generation ?? '0', local } };
    } catch (error) {
      this.logMiss('read', error);
      // A key of another type holds no generation: it is replaced by the next write.
      return { entry: this.copies.get(key), marks: { redis: errorCode(error) === 'WRONGTYPE' ? '0' : null, local } };
    }
  }

  /**
   * Keeps an entry, unless the customer was forgotten since `marks` were read.
   * @param alone drops every other variant of the customer
   */
  async write(key: ProfileKey, entry: ProfileEntry, marks: CacheMarks, alone = false): Promise<void> {
    const value = encodeEntry(entry);
    const lifetimeMs = this.lifetimeMs(entry);
    this.copies.put(key, entry, value.length, lifetimeMs, marks.local, alone);
    if (!this.connection.client || marks.redis === null || lifetimeMs <= 0) return;
    try {
      const more = [marks.redis, key.variant, value, lifetimeMs, MOST_VARIANTS, alone ? '1' : '0'];
      await this.connection.client.eval(WRITE_ENTRY, 1, redisKey(key), ...more);
    } catch (error) {
      this.logMiss('write', error);
    }
  }

  /**
   * Forgets all that is cached of a customer; what was asked for before this moment will not be kept.
   * @throws when Redis cannot be told
   */
  async forget(customer: Omit<ProfileKey, 'variant'>): Promise<void> {
    this.copies.forget(customer);
    if (!this.connection.client) return;
    const keptMs = 2 * this.config.requestBudgetMs + 60_000;
    await this.connection.client.eval(FORGET_ENTRIES, 1, redisKey(customer), keptMs);
  }

  /** Milliseconds until the last part of the entry is of no use. */
  private lifetimeMs(entry: ProfileEntry): number {
    const ends = Object.values(entry.parts).map((part) => Math.max(part.staleUntil, part.failure?.retryAt ?? 0));
    return Math.max(0, Math.ceil(Math.max(0, ...ends) - this.clock.now()));
  }

  private logMiss(operation: string, error: unknown): void {
    this.log.debug({ event: 'cache_unavailable', operation, errorCode: errorCode(error) }, 'Redis could not be used');
  }
}

/** The first word of a Redis error, such as WRONGTYPE, or the error's own name. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? error.name;
}

/** The braces make every key of a customer fall into one slot of a Redis Cluster. */
function redisKey({ organisation, customerId }: Omit<ProfileKey, 'variant'>): string {
  return `customer-profiles:${SHAPE_VERSION}:{${organisation}:${customerId}}`;
}
