import { Injectable } from '@nestjs/common';
import { type KeyedCaller, sha256 } from '../config/callers/callers.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { AuthRefusals } from './auth-refusals.ts';
import { type Principal } from './principal.ts';

interface KeyEntry {
  readonly principal: Principal;
  /** Epoch milliseconds, by the time of day. */
  readonly notAfter: number;
}

/**
 * The callers' keys. It looks a key up by its digest, so the time that this takes does not show whether a key is nearly
 * right. A wrong, a missing and an expired key get the same refusal.
 */
@Injectable()
export class ApiKeys {
  private keys: ReadonlyMap<string, KeyEntry>;

  constructor(
    { auth }: Config,
    private readonly clock: Clock,
    private readonly refusals: AuthRefusals,
  ) {
    this.keys = keysOf(auth.mode === 'api-key' ? auth.callers : []);
  }

  /** Replaces the callers. A request in progress keeps the rights that it began with. */
  replace(callers: readonly KeyedCaller[]): void {
    this.keys = keysOf(callers);
  }

  /** When the next key expires, in epoch milliseconds; Infinity: none does. */
  nextEnd(): number {
    const now = this.clock.timeOfDay();
    const ends = [...this.keys.values()].map(({ notAfter }) => notAfter);
    return Math.min(...ends.filter((notAfter) => notAfter > now));
  }

  /** @throws Problem `unauthenticated` */
  check(key: string | string[] | undefined): Principal {
    const entry = typeof key === 'string' ? this.keys.get(sha256(key)) : undefined;
    if (entry && this.clock.timeOfDay() < entry.notAfter) return entry.principal;
    throw this.refusals.ofApiKey(key === undefined ? 'missing' : 'unknown_key');
  }
}

function keysOf(callers: readonly KeyedCaller[]): ReadonlyMap<string, KeyEntry> {
  return new Map(
    callers.flatMap(({ name, organisations, rights, limits, keys }) => {
      const principal = { name, organisations, rights, limits };
      return keys.map((key) => [key.sha256, { principal, notAfter: key.notAfter }] as const);
    }),
  );
}
