import { IsIn, IsOptional, IsUUID, Matches, MaxLength, ValidateIf } from 'class-validator';
import { CONNECTOR_NAMES } from './connector-names.ts';
import {
  IsApiKeyList,
  IsBaseUrl,
  IsCallerList,
  IsCertificateFile,
  IsEncryptionKeyList,
  IsListOf,
  IsPrivateKeyFile,
  IsProxyExceptionList,
  IsProxyUrl,
  IsRedisUrl,
  IsWholeNumber,
} from './env.rules.ts';
import { LINK_RESOLVER_NAMES } from './link-resolver-names.ts';
import { Variable } from './variable.ts';

/** Of the header `typ` of callers' tokens. */
const TOKEN_TYPES = ['at+jwt', 'jwt', 'none'] as const;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const withoutFile = (env: Env): boolean => env.ORGANISATIONS_FILE === undefined;
const ONE_ORGANISATION = 'ORGANISATIONS_FILE is not set';

/**
 * The environment, as strings and numbers that are each valid on their own. All other code takes `Config`. Times have their
 * unit in their name.
 */
export class Env {
  @Variable('Port to listen on; 0 takes a free one.')
  @IsWholeNumber(0, 65535)
  PORT = 3000;

  @Variable('Address to listen on.')
  @Matches(/^[A-Za-z0-9.:-]{1,253}$/, { message: 'must be an address or a host name' })
  HOST = '0.0.0.0';

  @Variable(
    'Where callers reach this service, when a gateway in front adds a path or another host: links in problems and in the API description begin with it. Absent: they are paths of the host that was asked.',
  )
  @IsOptional()
  @IsBaseUrl()
  PUBLIC_URL?: string;

  @Variable(
    'How long a connection is kept that no request comes on. Choose more than the gateway in front keeps its connections to this service, or the gateway sends a request into a connection that is being closed.',
  )
  @IsWholeNumber(1000)
  KEEP_ALIVE_TIMEOUT_MS = 620_000;

  @Variable(
    'How long the headers of a request may take. Choose more than the slowest link between gateway and service needs.',
  )
  @IsWholeNumber(100, 600_000)
  HEADERS_TIMEOUT_MS = 10_000;

  @Variable(
    'How long the body of a request may take, beyond the time that MIN_UPLOAD_BYTES_PER_SECOND allows. Choose what a stalled sender is waited for; a gateway that buffers requests makes it irrelevant.',
  )
  @IsWholeNumber(100, 600_000)
  BODY_TIMEOUT_MS = 5000;

  @Variable(
    'The slowest rate at which a body may come. Choose less than the slowest caller of imports has: a file of 16 MiB may take 4 minutes at the default.',
  )
  @IsWholeNumber(1)
  MIN_UPLOAD_BYTES_PER_SECOND = 65_536;

  @Variable(
    'An answer is cut off when its reader takes nothing of it for this long. Choose more than the longest pause of a reader that is alive.',
  )
  @IsWholeNumber(100, 600_000)
  SEND_TIMEOUT_MS = 60_000;

  @Variable(
    'Size of the headers of a request, its URL included. Choose no less than the gateway in front lets through, or it answers what this service refuses with 431.',
  )
  @IsWholeNumber(4096, 131_072)
  MAX_HEADER_BYTES = 16_384;

  @Variable(
    'Size of the body of an import of links. Choose no more than the gateway in front lets through; larger files are split by their sender.',
  )
  @IsWholeNumber(32_768, 134_217_728)
  MAX_IMPORT_BYTES = 16_777_216;

  @Variable('Lowest level that is logged: trace, debug, info, warn, error, fatal or silent.')
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  LOG_LEVEL = 'info';

  @Variable(
    'Redis for merged profiles and links: redis:// or rediss:// (TLS), with user, password and database as usual. A Redis Cluster is known by the address of any one of its nodes; several, comma-separated, are tried in turn. redis+sentinel://user:password@host:26379,host2:26379/primary: Sentinel. Absent: profiles are kept in this process alone and links cannot be stored.',
    { secret: true },
  )
  @IsOptional()
  @IsRedisUrl()
  REDIS_URL?: string;

  @Variable(
    'PEM file with the certificate authorities that a rediss:// server is checked against, instead of the public ones.',
  )
  @IsOptional()
  @IsCertificateFile()
  REDIS_CA_FILE?: string;

  @Variable(
    'PEM file with the certificate that this service shows to a rediss:// server, its own first. Read again for each connection.',
  )
  @IsOptional()
  @IsCertificateFile()
  REDIS_CERT_FILE?: string;

  @Variable('PEM file with the private key of REDIS_CERT_FILE, without a passphrase.')
  @IsOptional()
  @IsPrivateKeyFile()
  REDIS_KEY_FILE?: string;

  @Variable('Password of the sentinels themselves, if they ask for one.', { secret: true })
  @IsOptional()
  @Matches(VISIBLE_ASCII, { message: 'must be visible ASCII characters' })
  REDIS_SENTINEL_PASSWORD?: string;

  @Variable(
    'Put before every key and channel in Redis, to keep deployments apart that share one. Links belong to the prefix and the organisation: another prefix begins without links.',
  )
  @IsOptional()
  @Matches(/^[\w.:-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, dots, colons, hyphens or underscores' })
  REDIS_KEY_PREFIX?: string;

  @Variable('Longest wait for one Redis command.')
  @IsWholeNumber(1, 10_000)
  REDIS_TIMEOUT_MS = 200;

  @Variable('The same for each command of an import or export of links. Each is tried a few times, too.')
  @IsWholeNumber(1, 60_000)
  BULK_REDIS_TIMEOUT_MS = 5000;

  @Variable(
    'Proxy for the calls to the upstreams, the token issuer and the identity provider: http://user:password@host:port, or https. An https upstream is reached through a tunnel (CONNECT), an http one is asked of the proxy. Never for Redis. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY have no effect.',
    { secret: true },
  )
  @IsOptional()
  @IsProxyUrl()
  OUTBOUND_PROXY_URL?: string;

  @Variable(
    'Hosts that are called without OUTBOUND_PROXY_URL, comma-separated: host, host:port, IP address, and .suffix or *.suffix for the hosts below it; .suffix is the host itself, too.',
  )
  @IsOptional()
  @IsProxyExceptionList()
  OUTBOUND_PROXY_EXCEPTIONS?: string;

  @Variable('Base URL of the reseller customers API.')
  @IsBaseUrl()
  RESELLER_API_URL = 'https://partners.adobe.io';

  @Variable('Key of the integration, sent as X-Api-Key; also the OAuth client id.', {
    secret: true,
    requiredWhen: ONE_ORGANISATION,
  })
  @ValidateIf(withoutFile)
  @Matches(VISIBLE_ASCII, { message: 'must be set, in visible ASCII characters' })
  RESELLER_API_KEY?: string;

  @Variable('A bearer token that is used as it is. Either this or RESELLER_CLIENT_SECRET.', {
    secret: true,
    requiredWhen: `${ONE_ORGANISATION} and RESELLER_CLIENT_SECRET is not set`,
  })
  @ValidateIf(
    (env: Env) => env.RESELLER_ACCESS_TOKEN !== undefined || (withoutFile(env) && !env.RESELLER_CLIENT_SECRET),
  )
  @Matches(VISIBLE_ASCII, { message: 'either this or RESELLER_CLIENT_SECRET must be set, in visible ASCII characters' })
  RESELLER_ACCESS_TOKEN?: string;

  @Variable('OAuth client secret, to fetch and renew tokens. Either this or RESELLER_ACCESS_TOKEN.', {
    secret: true,
  })
  @IsOptional()
  @Matches(VISIBLE_ASCII, { message: 'must be visible ASCII characters' })
  RESELLER_CLIENT_SECRET?: string;

  @Variable('URL of the token issuer, for RESELLER_CLIENT_SECRET.')
  @IsBaseUrl()
  RESELLER_TOKEN_URL = 'https://ims-na1.adobelogin.com/ims/token/v3';

  @Variable('Scope of each token.')
  @Matches(VISIBLE_ASCII, { message: 'must be visible ASCII characters' })
  RESELLER_TOKEN_SCOPE = 'openid,AdobeID,read_organizations';

  @Variable('Longest time one call to the reseller customers API or its token issuer may take.')
  @IsWholeNumber(1, 600_000)
  RESELLER_TIMEOUT_MS = 1500;

  @Variable('Calls to the reseller customers API in a rolling five seconds, by all processes that share the Redis.')
  @IsWholeNumber(1)
  RESELLER_QUOTA_CALLS = 600;

  @Variable('The same for this process alone, while Redis is away.')
  @IsWholeNumber(1)
  RESELLER_QUOTA_CALLS_LOCAL = 250;

  @Variable('Base URL of the billing platform.')
  @IsBaseUrl()
  BILLING_API_URL = 'https://api.zenskar.com';

  @Variable('Key of the billing platform, sent as x-api-key.', { secret: true, requiredWhen: ONE_ORGANISATION })
  @ValidateIf(withoutFile)
  @Matches(VISIBLE_ASCII, { message: 'must be set, in visible ASCII characters' })
  BILLING_API_KEY?: string;

  @Variable(
    'UUID of the organisation at the billing platform, sent as organisation; also the name of the organisation here.',
    {
      requiredWhen: ONE_ORGANISATION,
    },
  )
  @ValidateIf(withoutFile)
  @IsUUID('loose', { message: 'must be set to a UUID' })
  BILLING_ORGANISATION?: string;

  @Variable('Value of the apiversion header; not sent when absent.')
  @IsOptional()
  @Matches(/^[\w.-]{1,32}$/, { message: 'must be 1 to 32 letters, digits, dots or hyphens' })
  BILLING_API_VERSION?: string;

  @Variable('Connectors to ask for, comma-separated, in the order they appear in a profile.')
  @IsListOf(CONNECTOR_NAMES)
  BILLING_CONNECTORS = CONNECTOR_NAMES.join(',');

  @Variable('Longest time one call to the billing platform may take.')
  @IsWholeNumber(1, 600_000)
  BILLING_TIMEOUT_MS = 1500;

  @Variable(
    'JSON file with several organisations, each with its own credentials (its form: docs/organisations.md). Instead of the single keys above.',
  )
  @IsOptional()
  @MaxLength(4096)
  ORGANISATIONS_FILE?: string;

  @Variable(
    'Where the link to a billing customer is looked for, in this order: request (its billingCustomerId), link-store (/v1/customer-links), billing-external-id (the one billing customer whose external_id is the customer id).',
  )
  @IsListOf(LINK_RESOLVER_NAMES)
  LINK_RESOLVERS = 'request,link-store';

  @Variable(
    'JSON file with the merge policy: for each field the order of its sources, and more shared e-mail domains (its form: docs/merging.md). Absent: the reseller before the connectors.',
  )
  @IsOptional()
  @MaxLength(4096)
  PROFILE_POLICY_FILE?: string;

  @Variable('Who may call: none (the gateway decides), api-key or jwt.')
  @IsIn(['none', 'api-key', 'jwt'])
  AUTH_MODE = 'none';

  @Variable('Accepted values of X-Api-Key, as name:key, comma-separated; the name appears in logs.', {
    secret: true,
    requiredWhen: 'AUTH_MODE is api-key',
  })
  @ValidateIf((env: Env) => env.AUTH_MODE === 'api-key' || env.API_KEYS !== undefined)
  @IsApiKeyList()
  API_KEYS?: string;

  @Variable('URL of the JSON Web Key Set for callers’ tokens.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: Env) => env.AUTH_MODE === 'jwt' || env.JWT_JWKS_URL !== undefined)
  @IsBaseUrl()
  JWT_JWKS_URL?: string;

  @Variable('Issuer that callers’ tokens must name.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: Env) => env.AUTH_MODE === 'jwt' || env.JWT_ISSUER !== undefined)
  @Matches(VISIBLE_ASCII, { message: 'must be set, in visible ASCII characters' })
  JWT_ISSUER?: string;

  @Variable('Audience that callers’ tokens must name.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: Env) => env.AUTH_MODE === 'jwt' || env.JWT_AUDIENCE !== undefined)
  @Matches(VISIBLE_ASCII, { message: 'must be set, in visible ASCII characters' })
  JWT_AUDIENCE?: string;

  @Variable('How far the clocks of the issuer of callers’ tokens and of this machine may differ.')
  @IsWholeNumber(0, 300)
  JWT_LEEWAY_SECONDS = 30;

  @Variable(
    'Accepted types of callers’ tokens (their header typ), comma-separated: at+jwt (RFC 9068), jwt, or none when the header is absent. Other kinds of tokens, such as ID tokens, are refused even so.',
  )
  @IsListOf(TOKEN_TYPES)
  JWT_TYPES = 'at+jwt';

  @Variable(
    'Callers who see values in explanations and bundles, comma-separated: names of API keys, subjects of tokens, or anonymous when AUTH_MODE is none. Absent: all callers see placeholders.',
  )
  @IsOptional()
  @IsCallerList()
  VALUE_READERS?: string;

  @Variable(
    'Callers whose Cache-Control may have sources asked again (no-cache, max-age, min-fresh), comma-separated: names of API keys, subjects of tokens, or anonymous when AUTH_MODE is none. Others’ demands are ignored and counted, never refused. Absent: all callers. Name them when a client library adds no-cache to every request.',
  )
  @IsOptional()
  @IsCallerList()
  CACHE_DEMAND_CALLERS?: string;

  @Variable('How long a customer and a linked connector are fresh.')
  @IsWholeNumber(1)
  CACHE_FRESH_SECONDS = 300;

  @Variable('How long "not linked" and "integration removed" are fresh.')
  @IsWholeNumber(1)
  CACHE_NOT_LINKED_SECONDS = 3600;

  @Variable('How long "no such customer" is fresh.')
  @IsWholeNumber(1)
  CACHE_NOT_FOUND_SECONDS = 30;

  @Variable('How long a source that failed is not asked again.')
  @IsWholeNumber(1)
  CACHE_FAILURE_SECONDS = 10;

  @Variable('How long after its fetch a definite answer may be used when its source fails.')
  @IsWholeNumber(1)
  CACHE_STALE_SECONDS = 86_400;

  @Variable(
    'How long a read waits for the refresh of an expired part. Then it answers with the stale value, and the refresh goes on behind it.',
  )
  @IsWholeNumber(0, 60_000)
  CACHE_REFRESH_WAIT_MS = 50;

  @Variable(
    'How long a process answers from its own copy before it reads Redis again; 0: no copy. Without REDIS_URL the copy lives as long as a Redis entry would.',
  )
  @IsWholeNumber(0, 60)
  CACHE_LOCAL_SECONDS = 2;

  @Variable(
    'How long a process goes by its own copies while Redis does not answer, as it does not hear what is forgotten. After that CACHE_DISCONNECTED_MODE decides.',
  )
  @IsWholeNumber(0, 86_400)
  CACHE_DISCONNECTED_SECONDS = 60;

  @Variable(
    'What a process does that has not reached Redis for CACHE_DISCONNECTED_SECONDS: stale (it answers with its copies, as stale ones) or refuse (it drops them and answers profiles with 503 until Redis is back, so that what was erased elsewhere is never shown).',
  )
  @IsIn(['stale', 'refuse'])
  CACHE_DISCONNECTED_MODE = 'stale';

  @Variable(
    'AES-256 keys as id:base64, comma-separated; the first encrypts, all decrypt. With them, cached profiles lie in Redis encrypted, and processes share the reseller access token through it; without them no secret is kept there. Links, which are identifiers alone, are not encrypted.',
    { secret: true },
  )
  @IsOptional()
  @IsEncryptionKeyList()
  CACHE_ENCRYPTION_KEYS?: string;

  @Variable('Longest time for a request; callers can lower it, never raise it.')
  @IsWholeNumber(1, 600_000)
  REQUEST_BUDGET_MS = 2000;

  @Variable('How long the service still answers requests after SIGTERM, while readiness already says no.')
  @IsWholeNumber(0, 600_000)
  DRAIN_DELAY_MS = 5000;

  @Variable('How long after SIGTERM the process ends at the latest.')
  @IsWholeNumber(1, 600_000)
  SHUTDOWN_TIMEOUT_MS = 15_000;
}
