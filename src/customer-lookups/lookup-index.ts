import { Injectable } from '@nestjs/common';
import { createHash, createHmac } from 'node:crypto';
import { Counter } from 'prom-client';
import { Clock } from '../config/clock.ts';
import { Config, type EncryptionKey } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { pairsIn } from '../redis/reply-pairs.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ERASED } from '../tombstones/refuse-erased.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { comparableId } from './comparable-id.ts';
import { DROP_INDEXED, INDEX_PROFILE, NOTE_INDEXES, REMOVE_CUSTOMER } from './lookup-scripts.ts';

/** A customer's id in another system, as it was written or in the form in which ids are compared. */
export interface Reference {
  readonly system: string;
  readonly id: string;
}

/** A cached profile that had the reference when it was written. Only the profile itself can confirm it. */
export interface IndexedProfile {
  readonly key: ProfileKey;
  /** Distinguishes this entry of the index from a later one. */
  readonly writtenAt: string;
}

/** Profiles of another scope are in indexes of their own. */
type IndexScope = Pick<ProfileKey, 'organisation' | 'scope'>;

/** Profiles of one reference; a new one replaces the one written longest ago. */
export const MAX_INDEXED = 256;

/**
 * The cached profiles that had a reference when they were written: a hint that may name too many profiles, or too few after
 * Redis was full or down. Each reference is a sorted set, in any slot of a cluster. Its name is a digest, keyed when there
 * are encryption keys, so that Redis shows no reference.
 */
@Injectable()
export class LookupIndex {
  private readonly writes: Counter<'outcome'>;
  /** The longest time for which a profile may be used. */
  private readonly maxLifetimeMs: number;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly tombstones: Tombstones,
    { registry }: Metrics,
  ) {
    const { freshSeconds, notLinkedSeconds, notFoundSeconds, staleSeconds } = config.cache;
    // Lifetimes vary by a tenth, so that they do not all end at once.
    this.maxLifetimeMs = 1100 * Math.max(freshSeconds, notLinkedSeconds, notFoundSeconds, staleSeconds);
    this.writes = new Counter({
      name: 'profile_cache_index_writes_total',
      help: 'References of written profiles added to the index of look-ups, by outcome.',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  /**
   * Adds the profile to these references, whose ids are in the form in which ids are compared, unless the customer was
   * erased. Never fails; failures are counted.
   * @param until epoch milliseconds until which the profile may be used
   */
  async add(key: ProfileKey, references: readonly Reference[], until: number): Promise<void> {
    if (this.connection.client === null || references.length === 0) return;
    const now = this.clock.now();
    const lifetimeMs = Math.max(1, Math.ceil(until - now));
    const [sealing] = this.config.encryptionKeys;
    const names = references.map((reference) => this.indexKey(key, reference, sealing));
    try {
      if (!(await this.areNoted(key, names, now))) return;
      const values = [now, memberOf(key), lifetimeMs, MAX_INDEXED, this.maxLifetimeMs];
      await this.connection.run((redis) =>
        Promise.all(names.map((name) => redis.eval(INDEX_PROFILE, 1, name, ...values))),
      );
      if (await this.tombstones.isErased(key)) await this.remove(key, names);
      this.writes.inc({ outcome: 'written' }, names.length);
    } catch {
      this.writes.inc({ outcome: 'failed' }, names.length);
    }
  }

  /**
   * The profiles of a reference, under any of the encryption keys.
   * @throws RedisUnavailable, or Redis's own error reply, when Redis fails
   */
  async profiles(organisation: string, reference: Reference): Promise<readonly IndexedProfile[]> {
    const scope = this.config.organisations.cacheScopeOf(organisation);
    const names = this.names({ organisation, scope }, reference);
    const found = await this.connection.run((redis) =>
      Promise.all(names.map((name) => redis.zrange(name, '0', '-1', 'WITHSCORES'))),
    );
    return found.flatMap((flat) =>
      pairsIn(flat).map(([member, writtenAt]) => ({ key: keyOf({ organisation, scope }, member), writtenAt })),
    );
  }

  /** Removes a profile that does not confirm the reference, unless it was written again meanwhile. Never fails. */
  async drop({ key, writtenAt }: IndexedProfile, reference: Reference): Promise<void> {
    await this.connection.tryRun((redis) =>
      Promise.all(
        this.names(key, reference).map((name) => redis.eval(DROP_INDEXED, 1, name, memberOf(key), writtenAt)),
      ),
    );
  }

  /**
   * Removes a customer from these indexes.
   * @param noted the noted digests of the indexes, or their names
   * @returns how many entries
   * @throws RedisUnavailable, or Redis's own error reply, when Redis fails
   */
  async remove({ organisation, customerId }: CustomerKey, noted: readonly string[]): Promise<number> {
    const names = noted.map((one) => (one.startsWith(NAME) ? one : nameOf(organisation, one)));
    const removed: unknown[] = await this.connection.run((redis) =>
      Promise.all(names.map((name) => redis.eval(REMOVE_CUSTOMER, 1, name, customerId))),
    );
    return removed.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /**
   * False: the customer was erased. Without erasures it notes nothing. A note lives for two lifetimes, because an entry may
   * outlive its profile by one while other profiles keep its index.
   */
  private async areNoted(key: ProfileKey, names: readonly string[], now: number): Promise<boolean> {
    const lifetimeMs = 2 * this.maxLifetimeMs;
    const tombstone = this.tombstones.keyOf(key);
    if (tombstone === null) return true;
    const keys = [indexNotesKey(key), tombstone];
    const digests = names.map((name) => name.slice(nameOf(key.organisation, '').length));
    const reply = await this.connection.run((redis) =>
      redis.eval(NOTE_INDEXES, 2, ...keys, now, lifetimeMs, ...digests),
    );
    return !(Array.isArray(reply) && reply[0] === ERASED);
  }

  /**
   * The names under which a reference may have been written. The first encryption key is the one for writing; the others
   * were the first one earlier.
   */
  private names(scope: IndexScope, { system, id }: Reference): readonly string[] {
    const keys = this.config.encryptionKeys;
    const reference = { system, id: comparableId(system, id) };
    return (keys.length === 0 ? [undefined] : keys).map((key) => this.indexKey(scope, reference, key));
  }

  /** It includes the scope, because a profile of another scope cannot confirm the reference. */
  private indexKey(
    { organisation, scope }: IndexScope,
    { system, id }: Reference,
    sealing: EncryptionKey | undefined,
  ): string {
    const hash = sealing ? createHmac('sha256', sealing.key) : createHash('sha256');
    const digest = hash.update(`customer-index ${organisation} ${scope} ${system} ${id}`).digest('base64url');
    return nameOf(organisation, digest);
  }
}

const NAME = 'customer-index:';
const nameOf = (organisation: string, digest: string): string => `${NAME}${organisation}:${digest}`;

/** The digests of the indexes that may name a customer. */
export const indexNotesKey = ({ organisation, customerId }: CustomerKey): string =>
  `customer-index:notes:{${organisation}:${customerId}}`;

/** No customer id has a space. */
const memberOf = ({ customerId, variant }: ProfileKey): string => `${customerId} ${variant}`;

function keyOf(scope: IndexScope, member: string): ProfileKey {
  const [customerId = '', variant = ''] = member.split(' ');
  return { ...scope, customerId, variant };
}
