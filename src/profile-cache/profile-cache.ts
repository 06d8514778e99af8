import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { MemoryCache } from './memory-cache.ts';
import {
  aged,
  type CustomerKey,
  latestParts,
  type Parts,
  type ProfileEntry,
  type ProfileKey,
} from './profile-entry.ts';
import { RedisEntries } from './redis-entries.ts';
import { type LeaseProof, type RedisMarks } from './redis-keys.ts';

/** What was found, and the marks that a later write must show. */
export interface CacheRead {
  readonly entry: ProfileEntry | null;
  readonly level: 'local' | 'redis';
  readonly marks: CacheMarks;
}

/** What is cached, and where it was found. */
export interface CacheGlance {
  readonly entry: ProfileEntry | null;
  readonly level: 'local' | 'redis' | 'none';
  /** False: Redis did not say, so that there may be more than this process has. */
  readonly isCertain: boolean;
}

/** `redis` is null when Redis could not be read, and is then not written either. */
export interface CacheMarks {
  readonly redis: RedisMarks | null;
  readonly local: number;
}

/** What is written: the parts, and what makes an entry of them; again, when they were joined with another's. */
export interface Draft {
  readonly parts: Parts;
  readonly make: (parts: Parts) => ProfileEntry;
}

const MAX_JOINS = 3;
const QUIET_MS = 10_000;
const NOTHING_COUNTED: RedisMarks = { generation: '0', version: '0' };

/** Merged profiles in Redis, with copies in this process. It never fails a read: what cannot be read is a miss. */
@Injectable()
export class ProfileCache {
  /** Monotonic ms. */
  private quietUntil = 0;

  constructor(
    private readonly clock: Clock,
    private readonly shared: RedisEntries,
    private readonly memory: MemoryCache,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The copy in this process, while it needs no word of Redis. */
  local(key: ProfileKey): ProfileEntry | null {
    return this.memory.get(key);
  }

  /** The entry in Redis. What Redis cannot say, or has lost, the last copy in this process may. */
  async read(key: ProfileKey): Promise<CacheRead> {
    const local = this.memory.generation(key);
    if (!this.shared.exist) return { entry: this.memory.get(key), level: 'local', marks: { redis: null, local } };
    const before = this.memory.peekExpired(key);
    try {
      const { marks: redis, entry, isUnreadable } = await this.shared.read(key);
      const marks = { redis, local };
      if (!entry) return { ...this.remembered(key, redis, isUnreadable), marks };
      // What was written here meanwhile is newer than what Redis has just answered.
      if (this.memory.peekExpired(key) === before)
        this.memory.put({ entry, generation: redis.generation, isShared: true }, local);
      return { entry, level: 'redis', marks };
    } catch (error) {
      this.logFailure('read', error);
      // A key of another type is replaced by the next write. Otherwise Redis is away, and the last copy is all there is.
      const redis = errorCode(error) === 'WRONGTYPE' ? NOTHING_COUNTED : null;
      return { entry: this.memory.peekExpired(key)?.entry ?? null, level: 'local', marks: { redis, local } };
    }
  }

  /** What a read would find, without leaving a trace: no copy is made of it. */
  async peek(key: ProfileKey): Promise<CacheGlance> {
    const local = this.memory.get(key);
    if (local || !this.shared.exist) return glance(local, local ? 'local' : 'none', true);
    try {
      const { marks, entry } = await this.shared.read(key);
      if (entry) return glance(entry, 'redis', true);
      const remembered = this.remembered(key, marks, false).entry;
      return glance(remembered, remembered ? 'local' : 'none', true);
    } catch {
      const last = this.memory.peekExpired(key)?.entry ?? null;
      return glance(last, last ? 'local' : 'none', false);
    }
  }

  /** Keeps an entry, unless the customer was forgotten, or another refresh took its turn, since `marks` were read. */
  async write(key: ProfileKey, { parts, make }: Draft, marks: CacheMarks, lease: LeaseProof | null): Promise<void> {
    let entry = make(parts);
    let redis = marks.redis;
    this.memory.put({ entry, generation: redis?.generation ?? null, isShared: false }, marks.local);
    try {
      for (let joins = 0; redis !== null && joins <= MAX_JOINS; joins += 1) {
        const outcome = await this.shared.write(entry, redis, lease);
        this.metrics.writes.inc({ outcome });
        if (outcome === 'forgotten' || outcome === 'fenced') this.memory.invalidate(key);
        if (outcome === 'written')
          this.memory.put({ entry, generation: redis.generation, isShared: true }, marks.local);
        if (outcome !== 'changed') return;
        // Another refresh has written meanwhile: of each source the later answer stays.
        const theirs = await this.shared.read(key);
        entry = make(latestParts(theirs.entry?.parts ?? {}, entry.parts));
        redis = { ...redis, version: theirs.marks.version };
      }
    } catch (error) {
      this.metrics.writes.inc({ outcome: 'failed' });
      this.logFailure('write', error);
    }
  }

  /** Replaces all of a customer's entries with this one, in every process. */
  async replaceAll(entry: ProfileEntry, marks: CacheMarks, lease: LeaseProof | null): Promise<void> {
    if (this.memory.generation(entry.key) !== marks.local) return;
    let generation: string | null = null;
    try {
      generation = marks.redis && (await this.shared.forget(entry.key, { entry, marks: marks.redis, lease }));
    } catch (error) {
      this.logFailure('forget', error);
    }
    if (generation === '') return;
    this.memory.invalidate(entry.key);
    this.memory.put({ entry, generation, isShared: generation !== null }, this.memory.generation(entry.key));
  }

  /**
   * Forgets all that is cached of a customer, in every process; what was asked for before this moment will not be kept.
   * @throws when Redis cannot be told
   */
  async forget(customer: CustomerKey): Promise<void> {
    this.memory.invalidate(customer);
    this.metrics.invalidations.inc({ direction: 'sent' });
    if (this.shared.exist) await this.shared.forget(customer, null);
  }

  /** A copy that Redis has no entry for: as it is when Redis never had it, stale when Redis has lost it. */
  private remembered(
    key: ProfileKey,
    { generation }: RedisMarks,
    isUnreadable: boolean,
  ): Pick<CacheRead, 'entry' | 'level'> {
    if (isUnreadable) {
      this.metrics.unreadable.inc();
      this.logUnreadable();
    }
    const copy = this.memory.peekExpired(key);
    if (!copy || (copy.generation ?? '0') !== generation) return { entry: null, level: 'redis' };
    return { entry: copy.isShared ? aged(copy.entry, this.clock.now()) : copy.entry, level: 'local' };
  }

  /** All are counted; the log is told once in a while, as they may come by the thousand. */
  private logUnreadable(): void {
    const now = this.clock.monotonic();
    if (now < this.quietUntil) return;
    this.quietUntil = now + QUIET_MS;
    this.log.warn({ event: 'cache_entry_unreadable' }, 'cached values are not readable; they will be replaced');
  }

  private logFailure(operation: string, error: unknown): void {
    this.log.debug({ event: 'cache_unavailable', operation, errorCode: errorCode(error) }, 'Redis could not be used');
  }
}

function glance(entry: ProfileEntry | null, level: CacheGlance['level'], isCertain: boolean): CacheGlance {
  return { entry, level, isCertain };
}

/** The first word of a Redis error, such as WRONGTYPE, or the error's own name. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return /^[A-Z]{2,20}\b/.exec(error.message)?.[0] ?? error.name;
}
