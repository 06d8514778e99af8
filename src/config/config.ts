import { createSecretKey, type KeyObject } from 'node:crypto';
import { type AuthConfig, authConfig } from './auth-config.ts';
import { type ConnectorName } from './connector-names.ts';
import { splitList } from './env.rules.ts';
import { type Env } from './env.ts';
import { type HttpConfig, httpConfig, withoutTrailingSlash } from './http-config.ts';
import { type LinkResolverName } from './link-resolver-names.ts';
import { DEFAULT_POLICY, type MergePolicy } from './merge-policy/merge-policy.ts';
import { type Organisation, organisationOf, organisationsFromFile } from './organisations.ts';
import { type OutboundProxy } from './outbound-proxy.ts';
import { policyFromFile } from './merge-policy/policy-file.ts';
import { EnvironmentError } from './read-env.ts';
import { upstreamClients } from './upstream-clients.ts';
import { type RedisConfig, redisConfig } from './redis-config.ts';

/**
 * The configuration: frozen, complete, with the unit in each name. It is built once from `Env`; all other code takes this.
 */
export class Config {
  readonly http: HttpConfig;
  readonly logLevel: string;
  /** null: no Redis; this process alone keeps profiles. */
  readonly redis: RedisConfig | null;
  readonly reseller: {
    readonly baseUrl: string;
    readonly timeoutMs: number;
    readonly tokenUrl: string;
    readonly tokenScope: string;
    /** Calls in a rolling five seconds: `calls` of all processes together, `callsLocal` of this one while Redis is away. */
    readonly quota: { readonly calls: number; readonly callsLocal: number };
  };
  readonly billing: {
    readonly baseUrl: string;
    readonly timeoutMs: number;
    readonly apiVersion: string | null;
    readonly connectors: readonly ConnectorName[];
  };
  /** By lower-case organisation id (the UUID at the billing platform). Never empty. */
  readonly organisations: ReadonlyMap<string, Organisation>;
  /** null: upstreams are called directly. Never for Redis. */
  readonly outboundProxy: OutboundProxy | null;
  readonly linkResolvers: readonly LinkResolverName[];
  /** Which source's value a profile shows. */
  readonly mergePolicy: MergePolicy;
  readonly auth: AuthConfig;
  /** Names of the callers that see values in explanations. */
  readonly valueReaders: readonly string[];
  readonly cache: {
    readonly freshSeconds: number;
    readonly notLinkedSeconds: number;
    readonly notFoundSeconds: number;
    readonly failureSeconds: number;
    readonly staleSeconds: number;
    /** How long a read waits for a refresh before it serves a stale answer. */
    readonly refreshWaitMs: number;
    /** 0: no in-process copy. */
    readonly localSeconds: number;
    /** So long a process that does not reach Redis goes by its copies; then they are stale, or refused. */
    readonly disconnectedSeconds: number;
    readonly refusesWhenDisconnected: boolean;
    /** Callers who may have sources asked again; null: all. */
    readonly demandingCallers: readonly string[] | null;
  };
  /** The first key encrypts, all decrypt. Empty: Redis holds no secret. */
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly requestBudgetMs: number;
  readonly drainDelayMs: number;
  readonly shutdownTimeoutMs: number;

  /** @throws EnvironmentError when ORGANISATIONS_FILE or PROFILE_POLICY_FILE cannot be used */
  constructor(env: Env) {
    this.http = httpConfig(env);
    this.logLevel = env.LOG_LEVEL;
    this.redis = redisConfig(env);
    this.reseller = {
      baseUrl: withoutTrailingSlash(env.RESELLER_API_URL),
      timeoutMs: Math.min(env.RESELLER_TIMEOUT_MS, env.REQUEST_BUDGET_MS),
      tokenUrl: env.RESELLER_TOKEN_URL,
      tokenScope: env.RESELLER_TOKEN_SCOPE,
      quota: { calls: env.RESELLER_QUOTA_CALLS, callsLocal: env.RESELLER_QUOTA_CALLS_LOCAL },
    };
    this.billing = {
      baseUrl: withoutTrailingSlash(env.BILLING_API_URL),
      timeoutMs: Math.min(env.BILLING_TIMEOUT_MS, env.REQUEST_BUDGET_MS),
      apiVersion: env.BILLING_API_VERSION ?? null,
      connectors: splitList(env.BILLING_CONNECTORS) as ConnectorName[],
    };
    this.outboundProxy =
      env.OUTBOUND_PROXY_URL === undefined
        ? null
        : {
            url: new URL(env.OUTBOUND_PROXY_URL).href,
            exceptions: splitList(env.OUTBOUND_PROXY_EXCEPTIONS ?? '').join(','),
          };
    const { organisations, mergePolicy } = readFiles(env);
    this.organisations = organisations;
    this.mergePolicy = mergePolicy;
    this.linkResolvers = splitList(env.LINK_RESOLVERS) as LinkResolverName[];
    this.auth = authConfig(env);
    this.valueReaders = env.VALUE_READERS === undefined ? [] : splitList(env.VALUE_READERS);
    this.cache = {
      freshSeconds: env.CACHE_FRESH_SECONDS,
      notLinkedSeconds: env.CACHE_NOT_LINKED_SECONDS,
      notFoundSeconds: env.CACHE_NOT_FOUND_SECONDS,
      failureSeconds: env.CACHE_FAILURE_SECONDS,
      staleSeconds: env.CACHE_STALE_SECONDS,
      refreshWaitMs: env.CACHE_REFRESH_WAIT_MS,
      localSeconds: env.CACHE_LOCAL_SECONDS,
      disconnectedSeconds: env.CACHE_DISCONNECTED_SECONDS,
      refusesWhenDisconnected: env.CACHE_DISCONNECTED_MODE === 'refuse',
      demandingCallers: env.CACHE_DEMAND_CALLERS === undefined ? null : splitList(env.CACHE_DEMAND_CALLERS),
    };
    this.encryptionKeys =
      env.CACHE_ENCRYPTION_KEYS === undefined ? [] : splitList(env.CACHE_ENCRYPTION_KEYS).map(encryptionKey);
    this.requestBudgetMs = env.REQUEST_BUDGET_MS;
    this.drainDelayMs = env.DRAIN_DELAY_MS;
    this.shutdownTimeoutMs = env.SHUTDOWN_TIMEOUT_MS;
    deepFreeze(this);
  }
}

/** A named AES-256 key. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** @throws EnvironmentError naming the issues of every file */
function readFiles(env: Env): Pick<Config, 'organisations' | 'mergePolicy'> {
  const policyPath = env.PROFILE_POLICY_FILE;
  const [byId, policy] = [
    attempt(() => organisations(env)),
    attempt(() => (policyPath === undefined ? DEFAULT_POLICY : policyFromFile(policyPath))),
  ];
  if (byId instanceof EnvironmentError || policy instanceof EnvironmentError)
    throw new EnvironmentError(
      [byId, policy].flatMap((read) => (read instanceof EnvironmentError ? read.problems : [])),
    );
  return { organisations: byId, mergePolicy: policy };
}

function attempt<T>(read: () => T): T | EnvironmentError {
  try {
    return read();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
}

function organisations(env: Env): ReadonlyMap<string, Organisation> {
  const all =
    env.ORGANISATIONS_FILE === undefined ? [organisationOf(env)] : organisationsFromFile(env.ORGANISATIONS_FILE);
  return new Map(all.map((credentials) => [credentials.id, { ...credentials, ...upstreamClients(credentials, env) }]));
}

function encryptionKey(pair: string): EncryptionKey {
  const [id = '', base64 = ''] = pair.split(':');
  return { id, key: createSecretKey(base64, 'base64') };
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
