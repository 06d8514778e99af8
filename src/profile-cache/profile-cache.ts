import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { RedisConnection } from '../redis/redis.connection.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { EntryCodec } from './entry-codec.ts';
import { FLEET_CHANNEL, FleetEvents } from './fleet-events.ts';
import { LocalCopies } from './local-copies.ts';
import { aged, type CustomerKey, endOf, latestParts, type Parts, type ProfileEntry, type ProfileKey } from './profile-entry.ts'; // prettier-ignore
import { entriesKey, fenceKey, type LeaseProof, type RedisMarks } from './redis-keys.ts';
import { FORGET_ENTRIES, WRITE_ENTRY } from './redis-scripts.ts';

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

/** What takes the place of all that is cached of a customer. */
interface Replacement {
  readonly entry: ProfileEntry;
  readonly marks: RedisMarks;
  readonly lease: LeaseProof | null;
  readonly version: string;
}

const MOST_VARIANTS = 16;
const MOST_JOINS = 3;
const QUIET_MS = 10_000;
const NOTHING_COUNTED: RedisMarks = { generation: '0', version: '0' };

/** Merged profiles in Redis, with copies in this process. It never fails a read: what cannot be read is a miss. */
@Injectable()
export class ProfileCache {
  /** Monotonic ms. */
  private quietUntil = 0;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly copies: LocalCopies,
    private readonly codec: EntryCodec,
    private readonly events: FleetEvents,
    private readonly metrics: CacheMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The copy in this process, while it needs no word of Redis. */
  local(key: ProfileKey): ProfileEntry | null {
    return this.copies.get(key);
  }

  /** The entry in Redis. What Redis cannot say, or has lost, the last copy in this process may. */
  async read(key: ProfileKey): Promise<CacheRead> {
    const local = this.copies.generation(key);
    if (this.connection.client === null)
      return { entry: this.copies.get(key), level: 'local', marks: { redis: null, local } };
    const before = this.copies.last(key);
    try {
      const { redis, entry, isUnreadable } = await this.shared(key);
      const marks = { redis, local };
      if (!entry) return { ...this.remembered(key, redis, isUnreadable), marks };
      // What was written here meanwhile is newer than what Redis has just answered.
      if (this.copies.last(key) === before)
        this.copies.put({ entry, generation: redis.generation, isShared: true }, local);
      return { entry, level: 'redis', marks };
    } catch (error) {
      this.logFailure('read', error);
      // A key of another type is replaced by the next write. Otherwise Redis is away, and the last copy is all there is.
      const redis = errorCode(error) === 'WRONGTYPE' ? NOTHING_COUNTED : null;
      return { entry: this.copies.last(key)?.entry ?? null, level: 'local', marks: { redis, local } };
    }
  }

  /** What a read would find, without leaving a trace: no copy is made of it. */
  async peek(key: ProfileKey): Promise<CacheGlance> {
    const local = this.copies.get(key);
    if (local || this.connection.client === null) return glance(local, local ? 'local' : 'none', true);
    try {
      const { redis, entry } = await this.shared(key);
      if (entry) return glance(entry, 'redis', true);
      const remembered = this.remembered(key, redis, false).entry;
      return glance(remembered, remembered ? 'local' : 'none', true);
    } catch {
      const last = this.copies.last(key)?.entry ?? null;
      return glance(last, last ? 'local' : 'none', false);
    }
  }

  /** Keeps an entry, unless the customer was forgotten, or another refresh took its turn, since `marks` were read. */
  async write(key: ProfileKey, { parts, make }: Draft, marks: CacheMarks, lease: LeaseProof | null): Promise<void> {
    let entry = make(parts);
    let redis = marks.redis;
    this.copies.put({ entry, generation: redis?.generation ?? null, isShared: false }, marks.local);
    try {
      for (let joins = 0; redis !== null && joins <= MOST_JOINS; joins += 1) {
        const version = randomUUID();
        const outcome = await this.writeToRedis(entry, redis, lease, version);
        this.metrics.writes.inc({ outcome });
        if (outcome === 'forgotten' || outcome === 'fenced') this.copies.forget(key);
        if (outcome === 'written')
          this.copies.put({ entry, generation: redis.generation, isShared: true }, marks.local);
        if (outcome !== 'changed') return;
        // Another refresh has written meanwhile: of each source the later answer stays.
        const theirs = await this.shared(key);
        entry = make(latestParts(theirs.entry?.parts ?? {}, entry.parts));
        redis = { ...redis, version: theirs.redis.version };
      }
    } catch (error) {
      this.metrics.writes.inc({ outcome: 'failed' });
      this.logFailure('write', error);
    }
  }

  /** Puts one entry in the place of all that is cached of its customer, which is thereby forgotten everywhere. */
  async replaceAll(entry: ProfileEntry, marks: CacheMarks, lease: LeaseProof | null): Promise<void> {
    if (this.copies.generation(entry.key) !== marks.local) return;
    const version = randomUUID();
    let generation: string | null = null;
    try {
      generation = marks.redis && (await this.forgetInRedis(entry.key, { entry, marks: marks.redis, lease, version }));
    } catch (error) {
      this.logFailure('forget', error);
    }
    if (generation === '') return;
    this.copies.forget(entry.key);
    this.copies.put({ entry, generation, isShared: generation !== null }, this.copies.generation(entry.key));
  }

  /**
   * Forgets all that is cached of a customer, in every process; what was asked for before this moment will not be kept.
   * @throws when Redis cannot be told
   */
  async forget(customer: CustomerKey): Promise<void> {
    this.copies.forget(customer);
    this.metrics.invalidations.inc({ direction: 'sent' });
    if (this.connection.client !== null) await this.forgetInRedis(customer, null);
  }

  private async forgetInRedis(customer: CustomerKey, by: Replacement | null): Promise<string> {
    const { requestBudgetMs, cache } = this.config;
    const keptMs = Math.max(60_000 + 2 * requestBudgetMs, cache.staleSeconds * 1000);
    const message = this.events.message('forgotten', `${customer.organisation}:${customer.customerId}`);
    const more: (string | number | Buffer)[] = [keptMs, FLEET_CHANNEL, message];
    if (by) {
      const { entry, marks, lease, version } = by;
      const { fence = '', owner = '' } = lease ?? {};
      more.push(entry.key.variant, this.codec.encode(entry), marks.generation, fence, owner, version);
    }
    const fence = fenceKey({ ...customer, variant: by?.entry.key.variant ?? '' });
    const generation = await this.connection.run((redis) =>
      redis.eval(FORGET_ENTRIES, 3, entriesKey(customer), fence, by?.lease?.name ?? fence, ...more),
    );
    return String(generation);
  }

  /** A copy that Redis has no entry for: as it is when Redis never had it, stale when Redis has lost it. */
  private remembered(
    key: ProfileKey,
    { generation }: RedisMarks,
    isUnreadable: boolean,
  ): Pick<CacheRead, 'entry' | 'level'> {
    if (isUnreadable) {
      this.metrics.unreadable.inc();
      this.tellUnreadable();
    }
    const copy = this.copies.last(key);
    if (!copy || (copy.generation ?? '0') !== generation) return { entry: null, level: 'redis' };
    return { entry: copy.isShared ? aged(copy.entry, this.clock.now()) : copy.entry, level: 'local' };
  }

  private async shared(
    key: ProfileKey,
  ): Promise<{ redis: RedisMarks; entry: ProfileEntry | null; isUnreadable: boolean }> {
    const fields = ['generation', 'version', key.variant];
    const reply = await this.connection.run((redis) => redis.hmgetBuffer(entriesKey(key), ...fields));
    const [generation, version, value] = reply.map((field) => (Buffer.isBuffer(field) ? field : null));
    const entry = value ? this.codec.decode(value, key) : null;
    const redis = { generation: String(generation ?? 0), version: String(version ?? 0) };
    return { redis, entry, isUnreadable: value != null && !entry };
  }

  private async writeToRedis(
    entry: ProfileEntry,
    marks: RedisMarks,
    lease: LeaseProof | null,
    version: string,
  ): Promise<string> {
    const value = this.codec.encode(entry);
    const lifetimeMs = Math.max(1, Math.ceil(endOf(entry.parts) - this.clock.now()));
    const { fence = '', owner = '' } = lease ?? {};
    const numbers = [lifetimeMs, MOST_VARIANTS];
    const more = [marks.generation, marks.version, fence, entry.key.variant, value, ...numbers, owner, version];
    const fenceName = fenceKey(entry.key);
    this.metrics.entryBytes.observe(value.length);
    return String(
      await this.connection.run((redis) =>
        redis.eval(WRITE_ENTRY, 3, entriesKey(entry.key), fenceName, lease?.name ?? fenceName, ...more),
      ),
    );
  }

  /** All are counted; the log is told once in a while, as they may come by the thousand. */
  private tellUnreadable(): void {
    const now = performance.now();
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
