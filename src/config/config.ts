import { createSecretKey, type KeyObject } from 'node:crypto';
import { type ClientCertificateFiles, readCertificates } from './certificates.ts';
import { type ConnectorName } from './connector-names.ts';
import { splitList } from './env.rules.ts';
import { type Env } from './env.ts';
import { type LinkResolverName } from './link-resolver-names.ts';
import { DEFAULT_POLICY, type MergePolicy } from './merge-policy/merge-policy.ts';
import { type Organisation, organisationOf, organisationsFromFile } from './organisations.ts';
import { type OutboundProxy } from './outbound-proxy.ts';
import { policyFromFile } from './merge-policy/policy-file.ts';
import { EnvironmentError } from './read-env.ts';
import { upstreamClients } from './upstream-clients.ts';
import { readRedisAddress, type RedisAddress } from './redis-address.ts';

/**
 * The configuration: frozen, complete, with the unit in each name. It is built once from `Env`; all other code takes this.
 */
export class Config {
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Without a slash at its end; '' when callers reach the service under the host they ask. */
    readonly publicUrl: string;
    readonly keepAliveTimeoutMs: number;
    readonly headersTimeoutMs: number;
    readonly bodyTimeoutMs: number;
    readonly minUploadBytesPerSecond: number;
    readonly sendTimeoutMs: number;
    readonly maxHeaderBytes: number;
    readonly maxImportBytes: number;
  };
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
  readonly auth:
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
    this.http = {
      port: env.PORT,
      host: env.HOST,
      publicUrl: env.PUBLIC_URL?.replace(/\/+$/, '') ?? '',
      keepAliveTimeoutMs: env.KEEP_ALIVE_TIMEOUT_MS,
      headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
      bodyTimeoutMs: env.BODY_TIMEOUT_MS,
      minUploadBytesPerSecond: env.MIN_UPLOAD_BYTES_PER_SECOND,
      sendTimeoutMs: env.SEND_TIMEOUT_MS,
      maxHeaderBytes: env.MAX_HEADER_BYTES,
      maxImportBytes: env.MAX_IMPORT_BYTES,
    };
    this.logLevel = env.LOG_LEVEL;
    this.redis = redis(env);
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
    this.auth = auth(env);
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

/** How Redis is reached. */
export interface RedisConfig {
  readonly address: RedisAddress;
  readonly timeoutMs: number;
  /** Of every key and channel. */
  readonly keyPrefix: string;
  /** For each command of an import or export of links. */
  readonly bulkTimeoutMs: number;
  /** PEM certificates to check TLS servers against; null: the public authorities. */
  readonly authorities: string | null;
  /** What this service shows to a TLS server; null: nothing. */
  readonly clientCertificate: ClientCertificateFiles | null;
  readonly sentinelPassword: string | null;
}

/** A named AES-256 key. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** A caller's key. `organisation` null: valid for every organisation. */
export interface ApiKey {
  readonly name: string;
  readonly key: string;
  readonly organisation: string | null;
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

function redis(env: Env): RedisConfig | null {
  const address = env.REDIS_URL === undefined ? null : readRedisAddress(env.REDIS_URL);
  if (!address) return null;
  return {
    address,
    timeoutMs: env.REDIS_TIMEOUT_MS,
    keyPrefix: env.REDIS_KEY_PREFIX ?? '',
    bulkTimeoutMs: Math.max(env.REDIS_TIMEOUT_MS, env.BULK_REDIS_TIMEOUT_MS),
    authorities: env.REDIS_CA_FILE === undefined ? null : readCertificates(env.REDIS_CA_FILE),
    clientCertificate:
      env.REDIS_CERT_FILE === undefined || env.REDIS_KEY_FILE === undefined
        ? null
        : { certFile: env.REDIS_CERT_FILE, keyFile: env.REDIS_KEY_FILE },
    sentinelPassword: env.REDIS_SENTINEL_PASSWORD ?? null,
  };
}

function auth(env: Env): Config['auth'] {
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

function encryptionKey(pair: string): EncryptionKey {
  const [id = '', base64 = ''] = pair.split(':');
  return { id, key: createSecretKey(base64, 'base64') };
}

/** For values that `Env` has already checked. */
function required(value: string | undefined): string {
  if (value === undefined) throw new EnvironmentError(['a required variable is missing']);
  return value;
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
