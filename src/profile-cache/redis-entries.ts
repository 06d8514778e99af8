import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { EntryCodec } from './entry-codec.ts';
import { CACHE_BUS_CHANNEL, CacheBus } from './cache-bus.ts';
import { type CustomerKey, endOf, type ProfileEntry, type ProfileKey } from './profile-entry.ts';
import { entriesKey, fenceKey, type LeaseProof, type RedisMarks } from './redis-keys.ts';
import { FORGET_ENTRIES, WRITE_ENTRY } from './redis-scripts.ts';

/** What lies in Redis for a key. */
export interface SharedEntry {
  readonly marks: RedisMarks;
  readonly entry: ProfileEntry | null;
  /** There is something, but nothing of ours. */
  readonly isUnreadable: boolean;
}

/** An entry that takes the place of all that is cached of its customer. */
export interface Replacement {
  readonly entry: ProfileEntry;
  readonly marks: RedisMarks;
  readonly lease: LeaseProof | null;
}

const MAX_VARIANTS = 16;
const OUTCOMES = ['written', 'forgotten', 'fenced', 'changed'] as const;

/** Entries in Redis. Everything here throws when Redis does not answer, or not with what was asked for. */
@Injectable()
export class RedisEntries {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly codec: EntryCodec,
    private readonly events: CacheBus,
    private readonly metrics: CacheMetrics,
  ) {}

  /** Whether there is a Redis at all. */
  get exist(): boolean {
    return this.connection.client !== null;
  }

  async read(key: ProfileKey): Promise<SharedEntry> {
    const fields = ['generation', 'version', key.variant];
    const reply = await this.connection.run((redis) => redis.hmgetBuffer(entriesKey(key), ...fields));
    const [generation, version, value] = reply.map((field) => (Buffer.isBuffer(field) ? field : null));
    const entry = value ? this.codec.decode(value, key) : null;
    const marks = { generation: String(generation ?? 0), version: String(version ?? 0) };
    return { marks, entry, isUnreadable: value != null && !entry };
  }

  /** Writes the entry, unless the customer was forgotten, or another refresh wrote or took its turn, since `marks` were read. */
  async write(
    entry: ProfileEntry,
    { generation, version }: RedisMarks,
    lease: LeaseProof | null,
  ): Promise<(typeof OUTCOMES)[number]> {
    const value = this.codec.encode(entry);
    const lifetimeMs = Math.max(1, Math.ceil(endOf(entry.parts) - this.clock.now()));
    const { fence = '', owner = '', name = fenceKey(entry.key) } = lease ?? {};
    const keys = [entriesKey(entry.key), fenceKey(entry.key), name];
    const numbers = [lifetimeMs, MAX_VARIANTS];
    const more = [generation, version, fence, entry.key.variant, value, ...numbers, owner, randomUUID()];
    this.metrics.entryBytes.observe(value.length);
    const reply = await this.connection.run((redis) => redis.eval(WRITE_ENTRY, keys.length, ...keys, ...more));
    const outcome = OUTCOMES.find((known) => known === reply);
    if (!outcome) throw new Error('the answer is no outcome of a write');
    return outcome;
  }

  /**
   * Forgets all entries of a customer and tells every process.
   * @returns the generation that begins; '' when `by` came too late to take their place
   */
  async forget(customer: CustomerKey, by: Replacement | null): Promise<string> {
    const { requestBudgetMs, cache } = this.config;
    const keptMs = Math.max(60_000 + 2 * requestBudgetMs, cache.staleSeconds * 1000);
    const message = this.events.message('forgotten', `${customer.organisation}:${customer.customerId}`);
    const fenceName = fenceKey({ ...customer, variant: by?.entry.key.variant ?? '' });
    const keys = [entriesKey(customer), fenceName, by?.lease?.name ?? fenceName];
    const more = [keptMs, CACHE_BUS_CHANNEL, message, ...(by ? this.replacing(by) : [])];
    return String(await this.connection.run((redis) => redis.eval(FORGET_ENTRIES, keys.length, ...keys, ...more)));
  }

  private replacing({ entry, marks, lease }: Replacement): readonly (string | Buffer)[] {
    const { fence = '', owner = '' } = lease ?? {};
    return [entry.key.variant, this.codec.encode(entry), marks.generation, fence, owner, randomUUID()];
  }
}
