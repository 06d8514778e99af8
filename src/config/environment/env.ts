import { IsIn, IsOptional, IsUUID, Matches, MaxLength, ValidateIf } from 'class-validator';
import { CONNECTOR_NAMES } from '../connector-names.ts';
import {
  IsAbsentWith,
  IsUsedWith,
  IsApiKeyList,
  IsBaseUrl,
  IsCallerList,
  IsCertificateFile,
  IsEncryptionKeyList,
  IsHeaderList,
  IsKeyOf32Bytes,
  IsListOf,
  IsPrivateKeyFile,
  IsProxyExceptionList,
  IsProxyUrl,
  IsRedisUrl,
  IsShare,
  IsSigningKeyList,
  IsWholeNumber,
} from './env.rules.ts';
import { LINK_RESOLVER_NAMES } from '../link-resolver-names.ts';
import { OTLP_COMPRESSIONS, OTLP_PROTOCOLS, TRACE_SAMPLERS } from '../trace-words.ts';
import { Variable } from './variable.ts';

/** Values of the header `typ` of callers' tokens. */
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
    'Port for operators; 0 takes a free one. /metrics, /health/dependencies, /docs and /openapi.json answer there alone, the probes on both. Absent: everything answers on PORT.',
  )
  @IsOptional()
  @IsWholeNumber(0, 65535)
  MANAGEMENT_PORT?: number;

  @Variable(
    'Where callers reach this service, when a gateway in front adds a path or another host: links in problems and in the API description begin with it. Absent: they are paths of the host that was asked.',
  )
  @IsOptional()
  @IsBaseUrl()
  PUBLIC_BASE_URL?: string;

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
  REQUEST_TIMEOUT_MS = 5000;

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
    'The commit that the service was built of, for the metric customer_profiles_build_info. The image sets it from its build argument REVISION.',
  )
  @Matches(/^[\w.+-]{1,64}$/, { message: 'must be a commit or a version' })
  SERVICE_REVISION = 'unknown';

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
  CACHE_KEY_PREFIX?: string;

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
  UPSTREAM_PROXY_URL?: string;

  @Variable(
    'Hosts that are called without UPSTREAM_PROXY_URL, comma-separated: host, host:port, IP address, and .suffix or *.suffix for the hosts below it; .suffix is the host itself, too.',
  )
  @IsOptional()
  @IsProxyExceptionList()
  UPSTREAM_NO_PROXY?: string;

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

  @Variable(
    'Bytes that an answer about a customer may have, unpacked; a larger one is malformed. A customer with all of its contacts takes some 10,000.',
  )
  @IsWholeNumber(4096, 16_777_216)
  RESELLER_MAX_BODY_BYTES = 262_144;

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
    'Bytes that a connector’s answer may have, unpacked; a larger one is malformed. A documented one takes some 500.',
  )
  @IsWholeNumber(4096, 16_777_216)
  BILLING_MAX_BODY_BYTES = 65_536;

  @Variable(
    'JSON file with several organisations, each with its own credentials (its form: docs/organisations.md). Instead of the single keys above. It is read again when it changes.',
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

  @Variable(
    'Text file with e-mail domains that many companies share, one a line, beside those that the service knows and those of the policy. An address at one of them is no evidence of identity. Lines that begin with # do not count.',
  )
  @IsOptional()
  @MaxLength(4096)
  SHARED_MAIL_DOMAINS_FILE?: string;

  @Variable('Who may call: none (the gateway decides), api-key or jwt.')
  @IsIn(['none', 'api-key', 'jwt'])
  AUTH_MODE = 'none';

  @Variable(
    'Accepted values of X-Api-Key, as name:key, comma-separated; the name appears in logs. Each has every right.',
    {
      secret: true,
      requiredWhen: 'AUTH_MODE is api-key and CALLERS_FILE is absent',
    },
  )
  @ValidateIf(
    (env: Env) => (env.AUTH_MODE === 'api-key' && env.CALLERS_FILE === undefined) || env.API_KEYS !== undefined,
  )
  @IsApiKeyList()
  @IsAbsentWith('CALLERS_FILE')
  @IsUsedWith('AUTH_MODE', 'api-key')
  API_KEYS?: string;

  @Variable(
    'JSON file with the callers, the digests of their keys and their rights (its form: docs/callers.md), in the place of API_KEYS. It is read again when it changes.',
  )
  @IsOptional()
  @MaxLength(4096)
  @IsUsedWith('AUTH_MODE', 'api-key')
  CALLERS_FILE?: string;

  @Variable(
    'Requests a second that each caller may make, of all processes together, unless CALLERS_FILE says otherwise. Choose it above what a well-behaved caller needs. Absent: no limit.',
  )
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_REQUESTS_PER_SECOND?: number;

  @Variable(
    'Requests that a caller may make at once after a pause. Absent: what CALLER_REQUESTS_PER_SECOND allows in a second. A batch of 100 customers needs 100.',
  )
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_BURST?: number;

  @Variable(
    'Requests of one caller that each process has under way at once, unless CALLERS_FILE says otherwise. Absent: no limit.',
  )
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_CONCURRENT?: number;

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
    'Accepted types of callers’ tokens (their header typ), comma-separated: at+jwt (RFC 9068), jwt, or none when the header is absent. Even so, tokens with nonce, at_hash, c_hash or events are refused. An ID token may have none of these: where jwt or none is added, only its audience, the client’s id, tells it apart, so JWT_AUDIENCE must be no client’s id.',
  )
  @IsListOf(TOKEN_TYPES)
  JWT_TYPES = 'at+jwt';

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
    'How many events of an organisation the change feed keeps, some 300 bytes each. A consumer that is further behind has to read again what it holds.',
  )
  @IsWholeNumber(10, 1_000_000)
  CHANGES_KEPT = 10_000;

  @Variable(
    'Every linked or cached customer is refreshed once in so many hours, also when nobody reads it, so that the change feed tells what has changed. Needs REDIS_URL. Absent: no sweep.',
  )
  @IsOptional()
  @IsWholeNumber(1, 8760)
  SWEEP_INTERVAL_HOURS?: number;

  @Variable(
    'The part of RESELLER_QUOTA_CALLS that the sweep uses at most, above 0 and up to 1. Choose it so that all customers have their turn within SWEEP_INTERVAL_HOURS: at 0.2 of 600 calls in five seconds, some 22 a second, or 80,000 an hour.',
  )
  @IsShare()
  SWEEP_QUOTA_SHARE = 0.2;

  @Variable(
    'Of so many answers from the cache one is compared with its sources, behind the answer and after all other work, and metrics show how old and how often wrong such answers are. Each costs the calls of a refresh. Absent: none.',
  )
  @IsOptional()
  @IsWholeNumber(1)
  INSPECT_ONE_IN?: number;

  @Variable(
    'AES-256 keys as id:base64, comma-separated; the first encrypts, all decrypt. With them, cached profiles lie in Redis encrypted, and processes share the reseller access token through it; without them no secret is kept there. Links, which are identifiers alone, are not encrypted.',
    { secret: true },
  )
  @IsOptional()
  @IsEncryptionKeyList()
  CACHE_ENCRYPTION_KEYS?: string;

  @Variable(
    'Key of 32 bytes, in base64, of the digests under which erased customers are remembered (docs/erasure.md). Never change it: with another key, every erased customer is unknown again. Absent: customers cannot be erased.',
    { secret: true, requiredWhen: 'ERASURE_SIGNING_KEYS is set' },
  )
  @ValidateIf((env: Env) => env.ERASURE_KEY !== undefined || env.ERASURE_SIGNING_KEYS !== undefined)
  @IsKeyOf32Bytes()
  ERASURE_KEY?: string;

  @Variable(
    'Ed25519 keys for receipts of erasures, comma-separated: id:base64, the private key’s 32 bytes, or id:public:base64 for one that signs no more. The first signs; the public ones of all are published at /.well-known/customer-erasure-keys.json. Keep an old one as long as its receipts are to be verified.',
    { secret: true, requiredWhen: 'ERASURE_KEY is set' },
  )
  @ValidateIf((env: Env) => env.ERASURE_KEY !== undefined || env.ERASURE_SIGNING_KEYS !== undefined)
  @IsSigningKeyList()
  ERASURE_SIGNING_KEYS?: string;

  @Variable(
    'How long an erased customer is refused (410) and nothing of it is stored again, unless the erasure is lifted.',
  )
  @IsWholeNumber(1, 36_500)
  ERASURE_TOMBSTONE_DAYS = 30;

  @Variable(
    'How long files and replicas of Redis may hold what was erased: until the next snapshot or rewrite of the append-only file. A receipt’s completeBy allows for it.',
  )
  @IsWholeNumber(0, 87_600)
  ERASURE_PERSISTENCE_HOURS = 24;

  @Variable('Longest time for a request; callers can lower it, never raise it.')
  @IsWholeNumber(1, 600_000)
  REQUEST_BUDGET_MS = 2000;

  @Variable('How long the service still answers requests after SIGTERM, while readiness already says no.')
  @IsWholeNumber(0, 600_000)
  DRAIN_DELAY_MS = 5000;

  @Variable('How long after SIGTERM the process ends at the latest.')
  @IsWholeNumber(1, 600_000)
  SHUTDOWN_TIMEOUT_MS = 15_000;

  @Variable(
    'Base address of the OpenTelemetry collector that takes traces by OTLP over HTTP, such as http://collector:4318; /v1/traces is added. Absent, and no other endpoint: nothing is traced (docs/traces.md).',
  )
  @IsOptional()
  @IsBaseUrl()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Variable('Whole address for traces, in the place of OTEL_EXPORTER_OTLP_ENDPOINT; nothing is added to it.')
  @IsOptional()
  @IsBaseUrl()
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @Variable(
    'otlp or none. Absent: otlp when there is an endpoint. With otlp and no endpoint it is http://localhost:4318.',
  )
  @IsOptional()
  @IsIn(['otlp', 'none'])
  OTEL_TRACES_EXPORTER?: string;

  @Variable('true: nothing is traced, whatever else is set.')
  @IsIn(['true', 'false'])
  OTEL_SDK_DISABLED = 'false';

  @Variable('How traces are sent: http/protobuf or http/json.')
  @IsIn(OTLP_PROTOCOLS)
  OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';

  @Variable('As OTEL_EXPORTER_OTLP_PROTOCOL, for traces alone.')
  @IsOptional()
  @IsIn(OTLP_PROTOCOLS)
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;

  @Variable('Headers of each export, as name=value, comma-separated, values percent-encoded; credentials, mostly.', {
    secret: true,
  })
  @IsOptional()
  @IsHeaderList()
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @Variable('As OTEL_EXPORTER_OTLP_HEADERS, for traces alone; together they add up.', { secret: true })
  @IsOptional()
  @IsHeaderList()
  OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string;

  @Variable('How long an export may take, its repetitions included, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TIMEOUT = 10_000;

  @Variable('As OTEL_EXPORTER_OTLP_TIMEOUT, for traces alone.')
  @IsOptional()
  @IsWholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT?: number;

  @Variable('Compression of an export: none or gzip.')
  @IsIn(OTLP_COMPRESSIONS)
  OTEL_EXPORTER_OTLP_COMPRESSION = 'none';

  @Variable('As OTEL_EXPORTER_OTLP_COMPRESSION, for traces alone.')
  @IsOptional()
  @IsIn(OTLP_COMPRESSIONS)
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION?: string;

  @Variable(
    'The name of the service in traces. Absent: service.name of OTEL_RESOURCE_ATTRIBUTES, or customer-profiles.',
  )
  @IsOptional()
  @MaxLength(255)
  OTEL_SERVICE_NAME?: string;

  @Variable(
    'What else traces say of this process, as name=value, comma-separated, values percent-encoded, such as deployment.environment.name=production.',
  )
  @IsOptional()
  @IsHeaderList()
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @Variable(
    'Which requests are traced: always_on, always_off or traceidratio; with parentbased_ before it, a caller who sends a traceparent decides, and this is for the others.',
  )
  @IsIn(TRACE_SAMPLERS)
  OTEL_TRACES_SAMPLER = 'parentbased_always_on';

  @Variable('The share of requests that a sampler with traceidratio traces, from 0 to 1.')
  @Matches(/^(0|0?\.\d{1,9}|1(\.0+)?)$/, { message: 'must be a number from 0 to 1' })
  OTEL_TRACES_SAMPLER_ARG = '1';

  @Variable('Spans are sent so long after the last export, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_BSP_SCHEDULE_DELAY = 5000;

  @Variable('How long sending one batch of spans may take, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_BSP_EXPORT_TIMEOUT = 30_000;

  @Variable('Spans that wait to be sent; more are dropped and counted.')
  @IsWholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_QUEUE_SIZE = 2048;

  @Variable('Spans of one export.')
  @IsWholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE = 512;

  @Variable(
    'true: calls to the upstreams carry a traceparent. They are other companies; choose it when one of them asks for it.',
  )
  @IsIn(['true', 'false'])
  UPSTREAM_TRACE_CONTEXT = 'false';
}
