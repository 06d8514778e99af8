import { splitList } from './env.rules.ts';
import { type Env } from './env.ts';
import { EnvironmentError } from './read-env.ts';

/** How callers are known. */
export type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly ApiKey[] }
  | {
      readonly mode: 'jwt';
      readonly jwksUrl: string;
      readonly issuer: string;
      readonly audience: string;
      readonly leewaySeconds: number;
      /** Lower case; `none`: the type may be absent. */
      readonly tokenTypes: readonly string[];
    };

/** A caller's key. `organisation` null: valid for every organisation. */
export interface ApiKey {
  readonly name: string;
  readonly key: string;
  readonly organisation: string | null;
}

export function authConfig(env: Env): AuthConfig {
  if (env.AUTH_MODE === 'jwt')
    return {
      mode: 'jwt',
      jwksUrl: required(env.JWT_JWKS_URL),
      issuer: required(env.JWT_ISSUER),
      audience: required(env.JWT_AUDIENCE),
      leewaySeconds: env.JWT_LEEWAY_SECONDS,
      tokenTypes: splitList(env.JWT_TYPES),
    };
  if (env.AUTH_MODE === 'api-key') return { mode: 'api-key', keys: splitList(required(env.API_KEYS)).map(apiKey) };
  return { mode: 'none' };
}

function apiKey(pair: string): ApiKey {
  const colon = pair.indexOf(':');
  const [name = '', organisation] = pair.slice(0, colon).split('@');
  return { name, key: pair.slice(colon + 1), organisation: organisation?.toLowerCase() ?? null };
}

/** For values that `Env` has already checked. */
function required(value: string | undefined): string {
  if (value === undefined) throw new EnvironmentError(['a required variable is missing']);
  return value;
}
