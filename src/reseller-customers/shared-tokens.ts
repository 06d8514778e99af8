import { Injectable } from '@nestjs/common';
import { Clock, EXPIRY_MARGIN_MS } from '../config/clock.ts';
import { Config, type EncryptionKey } from '../config/config.ts';
import { open, seal } from '../redis/cipher.ts';
import { type RedisLease, RedisLeases } from '../redis/lease.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { type IssuedToken, readSharedToken } from './issued-token.ts';

/** How long a process that dies while it fetches delays the others at most. */
const LEASE_MS = 3000;
const POLL_INTERVAL_MS = 50;

/** A token that is already shared; or the turn to fetch one, with a token to use if that fails. */
type Turn =
  { readonly token: IssuedToken } | { readonly usable: IssuedToken | null; readonly lease: RedisLease | undefined };

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
   * The token that another process has shared, else the one from `fetch`, which this process then shares. When several
   * processes need one at once, one fetches and the others wait. When the fetch fails, it returns the shared one until that
   * expires.
   * @param client the owner of the token
   * @param rejected a token that the API has refused
   */
  async getOrIssue(client: string, rejected: string | null, fetch: () => Promise<IssuedToken>): Promise<IssuedToken> {
    const [key] = this.config.encryptionKeys;
    if (!key || !this.connection.client) return fetch();
    const name = `reseller-token:{${client}}`;
    const turn = await this.waitForTurn(name, rejected);
    if ('token' in turn) return turn.token;
    const { usable, lease } = turn;
    try {
      const token = await fetch();
      await this.share(name, token, key);
      return token;
    } catch (error) {
      if (usable && this.clock.now() < usable.expiresAt) return usable;
      throw error;
    } finally {
      await lease?.release();
    }
  }

  /** Waits for a token that another process shares, or for the lease on fetching one. */
  private async waitForTurn(name: string, rejected: string | null): Promise<Turn> {
    const endsAt = this.clock.monotonic() + LEASE_MS;
    for (;;) {
      const found = await this.read(name);
      const usable = found?.value === rejected ? null : found;
      if (usable && this.clock.now() < usable.renewAt) return { token: usable };
      const lease = await this.leases.acquire([`${name}:lease`], { ttlMs: LEASE_MS });
      // Without Redis every process fetches its own.
      if (!lease || lease.granted.length > 0 || this.clock.monotonic() > endsAt) return { usable, lease };
      await this.clock.sleep(POLL_INTERVAL_MS);
    }
  }

  private async share(name: string, token: IssuedToken, key: EncryptionKey): Promise<void> {
    const lifeMs = Math.max(1, Math.floor(token.expiresAt - this.clock.now()));
    const sealed = seal(Buffer.from(JSON.stringify(token)), name, key);
    await this.connection.tryRun((redis) => redis.set(name, sealed, 'PX', lifeMs + EXPIRY_MARGIN_MS));
  }

  private async read(name: string): Promise<IssuedToken | null> {
    const sealed = await this.connection.tryRun((redis) => redis.getBuffer(name));
    const opened = Buffer.isBuffer(sealed) ? open(sealed, name, this.config.encryptionKeys) : null;
    return opened === null ? null : readSharedToken(opened.toString());
  }
}
