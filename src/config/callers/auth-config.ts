import { type Env } from '../environment/env.ts';
import { EnvironmentError, fileError } from '../environment/environment-error.ts';
import { splitList } from '../environment/split-list.ts';
import { type ConfiguredFile, readTextFile } from '../read-text-file.ts';
import { type CallerLimits, NO_LIMITS, rateLimit } from './caller-limits.ts';
import { callerOfPair, type KeyedCaller, MAX_CALLERS_FILE_BYTES, parseCallers } from './callers.ts';

/** How callers are authenticated. `limits` apply to callers without their own. */
export type AuthConfig = { readonly limits: CallerLimits } & (
  | { readonly mode: 'none' }
  | {
      readonly mode: 'api-key';
      readonly callers: readonly KeyedCaller[];
      /** The file from which they are reloaded; null: they come from `API_KEYS`. */
      readonly file: ConfiguredFile | null;
    }
  | {
      readonly mode: 'jwt';
      readonly jwksUrl: string;
      readonly issuer: string;
      readonly audience: string;
      readonly leewaySeconds: number;
      /** Lower case; `none`: the type may be absent. */
      readonly tokenTypes: readonly string[];
    }
);

/** @throws EnvironmentError when CALLERS_FILE cannot be used */
export function authConfig(env: Env): AuthConfig {
  const limits = defaultLimits(env);
  if (env.AUTH_MODE === 'jwt')
    return {
      mode: 'jwt',
      jwksUrl: required(env.JWT_JWKS_URL),
      issuer: required(env.JWT_ISSUER),
      audience: required(env.JWT_AUDIENCE),
      leewaySeconds: env.JWT_LEEWAY_SECONDS,
      tokenTypes: splitList(env.JWT_TYPES),
      limits,
    };
  if (env.AUTH_MODE === 'none') return { mode: 'none', limits };
  const { CALLERS_FILE: path } = env;
  if (path === undefined)
    return {
      mode: 'api-key',
      callers: splitList(required(env.API_KEYS)).map((pair) => callerOfPair(pair, limits)),
      file: null,
      limits,
    };
  const content = readTextFile('CALLERS_FILE', path, MAX_CALLERS_FILE_BYTES);
  return { mode: 'api-key', callers: callersIn(content, limits), file: { path, content }, limits };
}

function callersIn(content: string, limits: CallerLimits): readonly KeyedCaller[] {
  const parsed = parseCallers(content, limits);
  if ('callers' in parsed) return parsed.callers;
  throw fileError('CALLERS_FILE', parsed.issues);
}

function defaultLimits(env: Env): CallerLimits {
  const { CALLER_REQUESTS_PER_SECOND: requestsPerSecond, CALLER_BURST: burst, CALLER_CONCURRENT: concurrent } = env;
  return {
    ...NO_LIMITS,
    rate: requestsPerSecond === undefined ? null : rateLimit(requestsPerSecond, burst),
    concurrent: concurrent ?? null,
  };
}

/** For values that `Env` has already checked. */
function required(value: string | undefined): string {
  if (value === undefined) throw new EnvironmentError(['a required variable is missing']);
  return value;
}
