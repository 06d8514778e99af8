import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type Clock } from '../config/clock.ts';
import { SingleFlight } from '../resilience/single-flight.ts';

/** Keys are fetched again, behind the requests, when they are older than this. */
const FRESH_MS = 10 * 60_000;
/** How long keys are used while they cannot be fetched again. A key that was withdrawn meanwhile is accepted until then. */
const USABLE_MS = 24 * 3_600_000;
/** At most one fetch in this time, also when callers name keys that nobody has. */
const MIN_INTERVAL_MS = 1000;

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  /** Monotonic milliseconds. */
  readonly fetchedAt: number;
}

/** The keys of a JSON Web Key Set (RFC 7517). It is fetched when it is needed, once for all waiters. */
export class SigningKeys {
  private keySet: KeySet | null = null;
  private readonly fetches: SingleFlight<KeySet>;
  /** Monotonic milliseconds. */
  private askedAt = -Infinity;

  /** @param fetch gets the key set */
  constructor(
    private readonly clock: Clock,
    private readonly fetch: () => Promise<JSONWebKeySet>,
  ) {
    this.fetches = new SingleFlight(clock);
  }

  /**
   * The key that a token's header names. An unknown one is looked for in a key set that is fetched for it.
   * @throws JOSEError when there is none, and any error of `fetch`
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keySet = await this.usable();
    try {
      return await keySet.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.refetch()).find(header, token);
    }
  };

  /** The present key set. When it is due, another one is fetched behind it; when it is too old, the caller waits for another one. */
  private async usable(): Promise<KeySet> {
    const { keySet } = this;
    const ageMs = keySet ? this.clock.monotonic() - keySet.fetchedAt : Infinity;
    if (!keySet || ageMs >= USABLE_MS) return this.refetch();
    // A failure is logged by the client of the identity provider, and the next token tries again.
    if (ageMs >= FRESH_MS && this.isFetchAllowed()) this.refetch().catch(() => undefined);
    return keySet;
  }

  private refetch(): Promise<KeySet> {
    return this.fetches.run('keys', () => this.load());
  }

  private async load(): Promise<KeySet> {
    const waitMs = this.askedAt + MIN_INTERVAL_MS - this.clock.monotonic();
    if (waitMs > 0) await this.clock.sleep(waitMs);
    this.askedAt = this.clock.monotonic();
    this.keySet = { find: createLocalJWKSet(await this.fetch()), fetchedAt: this.clock.monotonic() };
    return this.keySet;
  }

  private isFetchAllowed(): boolean {
    return this.clock.monotonic() - this.askedAt >= MIN_INTERVAL_MS;
  }
}
