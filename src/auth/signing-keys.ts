import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type Clock } from '../config/clock.ts';

/** Keys are fetched again after this long. */
const MAX_AGE_MS = 10 * 60_000;
/** An unknown key id causes a fetch, at most this often. */
const COOLDOWN_MS = 30_000;

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  /** Monotonic milliseconds. */
  readonly fetchedAt: number;
}

/** The keys of a JSON Web Key Set (RFC 7517). It is fetched when it is needed, once for all waiters. */
export class SigningKeys {
  private keySet: KeySet | null = null;
  private fetching: Promise<KeySet> | null = null;

  /**
   * @param fetch gets the key set
   */
  constructor(
    private readonly clock: Clock,
    private readonly fetch: () => Promise<JSONWebKeySet>,
  ) {}

  /** The key that a token's header names. @throws JOSEError when there is none, and any error of `fetch` */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keySet = await this.current(MAX_AGE_MS);
    try {
      return await keySet.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.current(COOLDOWN_MS)).find(header, token);
    }
  };

  private async current(maxAgeMs: number): Promise<KeySet> {
    if (this.keySet && this.clock.monotonic() - this.keySet.fetchedAt < maxAgeMs) return this.keySet;
    this.fetching ??= this.load().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async load(): Promise<KeySet> {
    this.keySet = { find: createLocalJWKSet(await this.fetch()), fetchedAt: this.clock.monotonic() };
    return this.keySet;
  }
}
