import { createSecretKey, type KeyObject } from 'node:crypto';
import { type CacheConfig, cacheConfig } from './cache-config.ts';
import { type AuthConfig, authConfig } from './callers/auth-config.ts';
import { type Env } from './environment/env.ts';
import { EnvironmentError } from './environment/environment-error.ts';
import { splitList } from './environment/split-list.ts';
import { type ErasureConfig, erasureConfig } from './erasure-config.ts';
import { type HttpConfig, httpConfig } from './http-config.ts';
import { type LinkResolverName } from './link-resolver-names.ts';
import { DEFAULT_POLICY, type MergePolicy } from './merge-policy/merge-policy.ts';
import { policyFromFile } from './merge-policy/policy-file.ts';
import { withSharedDomains } from './merge-policy/shared-domains-file.ts';
import { Organisations } from './organisations/organisations.ts';
import { type OutboundProxy } from './outbound-proxy.ts';
import { type RedisConfig, redisConfig } from './redis-config.ts';
import { type SourceName, sourcesWith } from './source-names.ts';
import { type TracesConfig, tracesConfig } from './traces-config.ts';
import {
  type BillingConfig,
  billingConfig,
  outboundProxy,
  type ResellerConfig,
  resellerConfig,
} from './upstreams-config.ts';

/**
 * The configuration: frozen, complete, with the unit in each name. It is built once from `Env`; all other code takes this.
 */
export class Config {
  readonly http: HttpConfig;
  readonly logLevel: string;
  /** The commit that the service was built from, for the metrics. */
  readonly revision: string;
  /** null: nothing is traced. */
  readonly traces: TracesConfig | null;
  /** null: no Redis; profiles are kept only in this process. */
  readonly redis: RedisConfig | null;
  readonly reseller: ResellerConfig;
  readonly billing: BillingConfig;
  /** The sources that can contribute to a profile here, in the order of the record. */
  readonly sources: readonly SourceName[];
  /** By lower-case organisation id (the UUID at the billing platform). Never empty. */
  readonly organisations: Organisations;
  /** null: upstreams are called directly. Redis always is. */
  readonly outboundProxy: OutboundProxy | null;
  readonly linkResolvers: readonly LinkResolverName[];
  /** Which source's value a profile shows. */
  readonly mergePolicy: MergePolicy;
  readonly auth: AuthConfig;
  readonly cache: CacheConfig;
  /** The first key encrypts, all decrypt. Empty: Redis holds no secret. */
  readonly encryptionKeys: readonly EncryptionKey[];
  /** null: customers cannot be erased. */
  readonly erasure: ErasureConfig | null;
  /** The number of events that the change feed keeps for each organisation. */
  readonly changesKept: number;
  /** One in this many answers from the cache is compared with its sources; null: none. */
  readonly inspectOneIn: number | null;
  /** null: customers are refreshed only when they are read. */
  readonly sweep: { readonly intervalMs: number; readonly quotaShare: number } | null;
  readonly requestBudgetMs: number;
  readonly drainDelayMs: number;
  readonly shutdownTimeoutMs: number;

  /** @throws EnvironmentError when a file that a variable names cannot be used */
  constructor(env: Env) {
    this.http = httpConfig(env);
    this.logLevel = env.LOG_LEVEL;
    this.revision = env.SERVICE_REVISION;
    this.traces = tracesConfig(env);
    this.redis = redisConfig(env);
    this.reseller = resellerConfig(env);
    this.billing = billingConfig(env);
    this.sources = sourcesWith(this.billing.connectors);
    this.outboundProxy = outboundProxy(env);
    const { organisations, mergePolicy, auth } = readFiles(env);
    this.organisations = organisations;
    this.mergePolicy = mergePolicy;
    this.auth = auth;
    this.linkResolvers = splitList(env.LINK_RESOLVERS) as LinkResolverName[];
    this.cache = cacheConfig(env);
    this.encryptionKeys =
      env.CACHE_ENCRYPTION_KEYS === undefined ? [] : splitList(env.CACHE_ENCRYPTION_KEYS).map(encryptionKey);
    this.erasure = erasureConfig(env);
    this.changesKept = env.CHANGES_KEPT;
    this.inspectOneIn = env.INSPECT_ONE_IN ?? null;
    const { SWEEP_INTERVAL_HOURS: hours, SWEEP_QUOTA_SHARE: quotaShare } = env;
    this.sweep = hours === undefined ? null : { intervalMs: hours * 3_600_000, quotaShare };
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
function readFiles(env: Env): Pick<Config, 'organisations' | 'mergePolicy' | 'auth'> {
  const read = [
    attempt(() => new Organisations(env)),
    attempt(() => policyOf(env)),
    attempt(() => authConfig(env)),
  ] as const;
  const [organisations, policy, auth] = read;
  if (
    organisations instanceof EnvironmentError ||
    policy instanceof EnvironmentError ||
    auth instanceof EnvironmentError
  )
    throw new EnvironmentError(read.flatMap((one) => (one instanceof EnvironmentError ? one.issues : [])));
  return { organisations, mergePolicy: policy, auth };
}

function policyOf({ PROFILE_POLICY_FILE: path, SHARED_MAIL_DOMAINS_FILE: domainsPath }: Env): MergePolicy {
  const policy = path === undefined ? DEFAULT_POLICY : policyFromFile(path);
  return domainsPath === undefined ? policy : withSharedDomains(policy, domainsPath);
}

function attempt<T>(read: () => T): T | EnvironmentError {
  try {
    return read();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
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
