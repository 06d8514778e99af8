import { type ClientCertificateFiles, readCertificates } from './certificates.ts';
import { type Env } from './environment/env.ts';
import { readRedisAddress, type RedisAddress } from './redis-address.ts';

/** How Redis is reached. */
export interface RedisConfig {
  readonly address: RedisAddress;
  readonly timeoutMs: number;
  /** The prefix of every key and channel. */
  readonly keyPrefix: string;
  /** The timeout of each command of an import or export of links. */
  readonly bulkTimeoutMs: number;
  /** PEM certificates to check TLS servers against; null: the public authorities. */
  readonly authorities: string | null;
  /** The certificate that this service shows to a TLS server; null: none. */
  readonly clientCertificate: ClientCertificateFiles | null;
  readonly sentinelPassword: string | null;
}

/** @returns null when no Redis is configured */
export function redisConfig(env: Env): RedisConfig | null {
  const address = env.REDIS_URL === undefined ? null : readRedisAddress(env.REDIS_URL);
  if (!address) return null;
  return {
    address,
    timeoutMs: env.REDIS_TIMEOUT_MS,
    keyPrefix: env.CACHE_KEY_PREFIX ?? '',
    bulkTimeoutMs: Math.max(env.REDIS_TIMEOUT_MS, env.BULK_REDIS_TIMEOUT_MS),
    authorities: env.REDIS_CA_FILE === undefined ? null : readCertificates(env.REDIS_CA_FILE),
    clientCertificate:
      env.REDIS_CERT_FILE === undefined || env.REDIS_KEY_FILE === undefined
        ? null
        : { certFile: env.REDIS_CERT_FILE, keyFile: env.REDIS_KEY_FILE },
    sentinelPassword: env.REDIS_SENTINEL_PASSWORD ?? null,
  };
}
