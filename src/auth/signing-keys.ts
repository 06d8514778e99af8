import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  jwtVerify,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { type Clock } from '../config/clock.ts';
import { SingleFlight } from '../resilience/single-flight.ts';

/** Keys older than this are fetched again in the background. */
const FRESH_MS = 10 * 60_000;
/** How long keys are used while they cannot be fetched again. A key withdrawn meanwhile is accepted until then. */
const USABLE_MS = 24 * 3_600_000;
/** At most one fetch in this time, even when tokens name unknown keys. */
const MIN_INTERVAL_MS = 1000;

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  /** Monotonic milliseconds. */
  readonly fetchedAt: number;
}

/** The keys of a JSON Web Key Set (RFC 7517). They are fetched on demand, once for all waiters. */
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
   * Verifies a token with the key that its header names, or with each key of its algorithm when it names none. When no key
   * fits, it fetches the key set again, because the provider may have a new key.
   * @throws JOSEError when the token is not valid, and any error of `fetch`
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    const keySet = await this.usable();
    try {
      return await verifyWith(keySet, token, options);
    } catch (error) {
      if (!mayBeNewKey(error, token)) throw error;
      return verifyWith(await this.refetch(), token, options);
    }
  }

  /** The current key set. An old one is fetched again in the background; for one that is too old, the caller waits for a new one. */
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

async function verifyWith({ find }: KeySet, token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await jwtVerify(token, key, options).catch(unlessOtherKey);
      if (verified) return verified;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function unlessOtherKey(error: unknown): null {
  if (error instanceof errors.JWSSignatureVerificationFailed) return null;
  throw error;
}

/** The verification of a token that names no key fails with the old keys when its own key is new. */
const mayBeNewKey = (error: unknown, token: string): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  (error instanceof errors.JWSSignatureVerificationFailed && decodeProtectedHeader(token).kid === undefined);
