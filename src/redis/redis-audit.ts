import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { endOfCertificate } from '../config/certificates.ts';
import { Clock, type Timer } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { inTime } from './in-time.ts';
import { connectToRedis, disconnect, singleConnection } from './link/redis-client.ts';
import { RedisConnection } from './redis-connection.ts';
import { unlessRefused } from './redis-errors.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { missingPermissions } from './redis-permissions.ts';
import { RedisSubscription } from './redis-subscription.ts';

/** The configuration of the server, as far as this user may see it. */
export interface RedisAuditResult {
  /** `maxmemory-policy`; null: unknown. */
  readonly evictionPolicy: string | null;
  /** Whether links, which never expire, may be evicted; null: unknown. */
  readonly linksMayBeEvicted: boolean | null;
  /** Whether links outlive a restart; null: unknown. */
  readonly persistence: 'aof' | 'rdb' | 'none' | null;
  /** Commands, keys and channels that the service needs but may not use, such as `eval` or `keys customer-links:*`. */
  readonly missingPermissions: readonly string[];
}

const NOTHING_KNOWN: RedisAuditResult = {
  evictionPolicy: null,
  linksMayBeEvicted: null,
  persistence: null,
  missingPermissions: [],
};

/** A whole audit may take this many times `REDIS_TIMEOUT_MS`. */
const MAX_AUDIT_TIMEOUTS = 10;
/** The delay after an audit that Redis did not answer completely. */
const RETRY_DELAY_MS = 10_000;
/** The delay after a complete one: settings and permissions are changed, and repaired, while the connection stays. */
const NEXT_DELAY_MS = 60_000;

/**
 * Audits the server after every connect and each minute, on its own connection: the eviction policy, the persistence, and the permissions
 * that this user lacks. It asks one primary of a cluster and assumes that the others are set up alike.
 */
@Injectable()
export class RedisAudit implements OnApplicationBootstrap, OnApplicationShutdown {
  private found = NOTHING_KNOWN;
  private isClosing = false;
  private asking: Redis | null = null;
  private inFlight: Promise<void> = Promise.resolve();
  private again: Timer | undefined;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly subscription: RedisSubscription,
    @Inject(LOGGER) private readonly log: Logger,
    metrics: RedisMetrics,
  ) {
    metrics.showLinksMayBeEvicted(() => this.found.linksMayBeEvicted === true);
    const certificate = config.redis?.clientCertificate;
    // An unreadable certificate counts as expired.
    metrics.showClientCertificateEnd(() => (certificate ? (endOfCertificate(certificate.certFile) ?? 0) : Infinity));
    metrics.showMissingPermissions(() => this.found.missingPermissions.length);
  }

  /** The result of the last audit. */
  get findings(): RedisAuditResult {
    return this.found;
  }

  /** By this hook every module has named its channels. */
  onApplicationBootstrap(): void {
    this.connection.onReady(() => {
      this.begin();
    });
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    this.again?.cancel();
    if (this.asking) disconnect(this.asking);
    await this.settled();
  }

  /** Resolves when no audit is in progress. */
  async settled(): Promise<void> {
    await this.inFlight;
  }

  private begin(): void {
    if (!this.asking) this.inFlight = this.audit();
  }

  /** Never fails: it repeats an audit that Redis does not answer. */
  private async audit(): Promise<void> {
    const { client } = this.connection;
    if (!this.config.redis || !client || !this.connection.isReady || this.isClosing) return;
    const redis = singleConnection(this.config.redis, client, 'checks');
    if (!redis) return;
    this.asking = redis;
    redis.on('error', () => undefined); // The main connection logs it.
    try {
      this.logChanges(await inTime(this.clock, MAX_AUDIT_TIMEOUTS * this.config.redis.timeoutMs, this.find(redis)));
      this.repeatAfter(NEXT_DELAY_MS);
    } catch {
      this.repeatAfter(RETRY_DELAY_MS);
    } finally {
      this.asking = null;
      disconnect(redis);
    }
  }

  private repeatAfter(delayMs: number): void {
    if (this.isClosing) return;
    this.again?.cancel();
    this.again = this.clock.after(delayMs, () => {
      this.begin();
    });
  }

  private async find(redis: Redis): Promise<RedisAuditResult> {
    await connectToRedis(redis);
    const evictionPolicy = await findEvictionPolicy(redis);
    return {
      evictionPolicy,
      linksMayBeEvicted: evictionPolicy === null ? null : !/^(noeviction|volatile-.+)$/.test(evictionPolicy),
      persistence: await findPersistence(redis),
      missingPermissions: await missingPermissions(
        redis,
        this.subscription.channels,
        this.config.redis?.keyPrefix ?? '',
        this.config.sweep !== null,
      ),
    };
  }

  private logChanges(found: RedisAuditResult): void {
    const before = this.found;
    this.found = found;
    if (found.linksMayBeEvicted === true && found.evictionPolicy !== before.evictionPolicy)
      this.log.warn(
        { event: 'redis_may_evict_links', detail: found.evictionPolicy },
        'Redis may evict links, which are stored nowhere else: set maxmemory-policy to noeviction or volatile-…',
      );
    const detail = found.missingPermissions.join(', ');
    if (detail !== '' && detail !== before.missingPermissions.join(', '))
      this.log.warn(
        { event: 'redis_permissions_missing', detail },
        'Redis does not allow everything that the service needs',
      );
  }
}

async function findEvictionPolicy(redis: Redis): Promise<string | null> {
  const field = /^maxmemory_policy:([\w-]+)/m.exec(await unlessRefused(redis.info('memory'), ''))?.[1];
  return field ?? setting(redis, 'maxmemory-policy');
}

async function findPersistence(redis: Redis): Promise<RedisAuditResult['persistence']> {
  const info = await unlessRefused(redis.info('persistence'), '');
  if (/^aof_enabled:1/m.test(info)) return 'aof';
  const save = await setting(redis, 'save');
  if (save !== null) return save === '' ? 'none' : 'rdb';
  // An earlier snapshot shows that snapshots are on; no snapshot shows nothing.
  return /^rdb_saves:[1-9]/m.test(info) ? 'rdb' : null;
}

async function setting(redis: Redis, name: string): Promise<string | null> {
  const reply: unknown = await unlessRefused(redis.config('GET', name), []);
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return typeof value === 'string' ? value : null;
}
