import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { open, seal } from '../redis/cipher.ts';
import { type RedisLease, RedisLeases } from '../redis/lease.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { type IssuedToken, readSharedToken } from './issued-token.ts';

/** A process that dies while it fetches costs the others this long at most. */
const LEASE_MS = 3000;
const POLL_INTERVAL_MS = 50;

/**
 * Tokens that processes share through Redis, sealed with `CACHE_ENCRYPTION_KEYS`; without such keys, or without Redis,
 * nothing is shared.
 */
@Injectable()
export class SharedTokens {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly leases: RedisLeases,
  ) {}

  /**
   * The token that another process has shared, else the one from `fetch`, which this process then shares. When several processes
   * ask at once, one fetches and the others wait.
   * While none can be fetched, the shared one is used until it ends.
   * @param client whose token it is
   * @param rejected a token that the API has refused
   */
  async getOrIssue(client: string, rejected: string | null, fetch: () => Promise<IssuedToken>): Promise<IssuedToken> {
    const [key] = this.config.encryptionKeys;
    if (!key || !this.connection.client) return fetch();
    const name = `reseller-token:{${client}}`;
    const endsAt = this.clock.monotonic() + LEASE_MS;
    let lease: RedisLease | undefined;
    let shared: IssuedToken | null;
    for (;;) {
      shared = await this.read(name);
      if (shared?.value === rejected) shared = null;
      if (shared && this.clock.now() < shared.renewAt) return shared;
      lease = await this.leases.acquire([`${name}:lease`], { ttlMs: LEASE_MS });
      // Without Redis every process fetches its own.
      if (!lease || lease.granted.length > 0 || this.clock.monotonic() > endsAt) break;
      await this.clock.sleep(POLL_INTERVAL_MS);
    }
    try {
      const token = await fetch();
      const lifeMs = Math.max(1, Math.floor(token.expiresAt - this.clock.now()));
      const sealed = seal(Buffer.from(JSON.stringify(token)), name, key);
      await this.connection.tryRun((redis) => redis.set(name, sealed, 'PX', lifeMs));
      return token;
    } catch (error) {
      if (shared && this.clock.now() < shared.expiresAt) return shared;
      throw error;
    } finally {
      await lease?.release();
    }
  }

  private async read(name: string): Promise<IssuedToken | null> {
    const sealed = await this.connection.tryRun((redis) => redis.getBuffer(name));
    const opened = Buffer.isBuffer(sealed) ? open(sealed, name, this.config.encryptionKeys) : null;
    return opened === null ? null : readSharedToken(opened.toString());
  }
}
