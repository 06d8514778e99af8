import { randomUUID } from 'node:crypto';
import { credentials } from '../credentials.ts';

/** Access tokens as the issuer gives them and the reseller API accepts them. */
export class Tokens {
  readonly lifetimeSeconds: number;
  readonly #now: () => number;
  readonly #expiresAt = new Map<string, number>();

  constructor(lifetimeSeconds: number, now: () => number) {
    this.lifetimeSeconds = lifetimeSeconds;
    this.#now = now;
  }

  /** A new token, accepted for `lifetimeSeconds`. */
  issue(): string {
    const token = `sandbox-issued-${randomUUID()}`;
    this.#expiresAt.set(token, this.#now() + this.lifetimeSeconds * 1000);
    return token;
  }

  accepts(token: string): boolean {
    if (token === credentials.reseller.accessToken) return true;
    const expiresAt = this.#expiresAt.get(token);
    return expiresAt !== undefined && this.#now() < expiresAt;
  }

  /** Every token issued so far is refused from now on; the static one stays valid. */
  expireAll(): void {
    this.#expiresAt.clear();
  }
}
