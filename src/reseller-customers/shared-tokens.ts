import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { open, seal } from '../redis/cipher.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { type IssuedToken, readSharedToken } from './issued-token.ts';

/** A leader that dies costs the others this long at most. */
const LEASE_MS = 3000;
const POLL_INTERVAL_MS = 50;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

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
  ) {}

  /**
   * The token another process has shared, or else the one that `fetch` gets and this process then shares. Of several
   * processes that ask at once, one fetches and the others wait for it.
   * @param rejected a token that was refused and is of no use
   */
  async getOrIssue(
    organisation: string,
    rejected: string | null,
    fetch: () => Promise<IssuedToken>,
  ): Promise<IssuedToken> {
    const [key] = this.config.encryptionKeys;
    if (!key || !this.connection.client) return fetch();
    const name = `reseller-token:{${organisation}}`;
    const owner = randomUUID();
    const endsAt = this.clock.monotonic() + LEASE_MS;
    for (;;) {
      const shared = await this.read(name);
      if (shared && shared.value !== rejected && this.clock.now() < shared.renewAt) return shared;
      const leased = await this.connection.tryRun((redis) => redis.set(`${name}:lease`, owner, 'PX', LEASE_MS, 'NX'));
      // undefined: Redis is down, fetch our own. null: another process holds the lock.
      if (leased !== null || this.clock.monotonic() > endsAt) break;
      await this.clock.sleep(POLL_INTERVAL_MS);
    }
    try {
      const token = await fetch();
      const lifeMs = Math.max(1, Math.floor(token.expiresAt - this.clock.now()));
      const sealed = seal(Buffer.from(JSON.stringify(token)), name, key);
      await this.connection.tryRun((redis) => redis.set(name, sealed, 'PX', lifeMs));
      return token;
    } finally {
      await this.connection.tryRun((redis) => redis.eval(RELEASE, 1, `${name}:lease`, owner));
    }
  }

  private async read(name: string): Promise<IssuedToken | null> {
    const sealed = await this.connection.tryRun((redis) => redis.getBuffer(name));
    const opened = Buffer.isBuffer(sealed) ? open(sealed, name, this.config.encryptionKeys) : null;
    return opened === null ? null : readSharedToken(opened.toString());
  }
}
