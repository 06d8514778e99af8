import { isObject, type JsonObject, parseJson } from '../json/json.ts';

/** A bearer token; times are epoch milliseconds. */
export interface IssuedToken {
  readonly value: string;
  readonly issuedAt: number;
  /** From then on it is due for renewal in the background, while requests still use it. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** Other clients of the API in production renew this early. */
const RENEW_BEFORE_MS = 180_000;
const MIN_LIFE_MS = 60_000;
const MAX_LIFE_MS = 24 * 3600 * 1000;
/** Lifetime of a token when the issuer gives no sensible one. */
const UNKNOWN_LIFE_MS = 5 * 60_000;

/**
 * Reads the issuer's answer. `expires_in` is in seconds; it is clamped, so that no value causes fetches in a loop.
 * @returns null when the answer has no token
 */
export function readIssuedToken(body: unknown, issuedAt: number): IssuedToken | null {
  if (!isObject(body)) return null;
  const value = body.access_token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return null;
  const life = lifeMs(body);
  return {
    value,
    issuedAt,
    renewAt: issuedAt + Math.max(life / 2, life - RENEW_BEFORE_MS),
    expiresAt: issuedAt + life,
  };
}

function lifeMs({ expires_in: expiresIn }: JsonObject): number {
  const ms = typeof expiresIn === 'number' || typeof expiresIn === 'string' ? Number(expiresIn) * 1000 : NaN;
  if (!Number.isFinite(ms) || ms <= 0) return UNKNOWN_LIFE_MS;
  return Math.min(Math.max(ms, MIN_LIFE_MS), MAX_LIFE_MS);
}

/** A token that another process shared. @returns null for anything else */
export function readSharedToken(text: string): IssuedToken | null {
  const token = parseJson(Buffer.from(text));
  if (!isObject(token) || typeof token.value !== 'string') return null;
  const { value, issuedAt, renewAt, expiresAt } = token;
  if (typeof issuedAt !== 'number' || typeof renewAt !== 'number' || typeof expiresAt !== 'number') return null;
  return { value, issuedAt, renewAt, expiresAt };
}
