import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { readCertificates, readPrivateKey } from '../certificates.ts';
import { isProxyException, isProxyUrl } from '../outbound-proxy.ts';
import { readRedisAddress } from '../redis-address.ts';
import { areSigningKeys } from '../signing-key-list.ts';
import { splitList } from './split-list.ts';

const rule = (name: string, message: string, holds: (value: string) => boolean): PropertyDecorator =>
  ValidateBy({
    name,
    validator: { validate: (value) => typeof value === 'string' && holds(value), defaultMessage: () => message },
  });

const NINE_DIGITS = 999_999_999;

/** Decimal digits, as a number. */
export function IsWholeNumber(min: number, max = NINE_DIGITS): PropertyDecorator {
  const holds = (value: unknown): boolean => typeof value === 'number' && value >= min && value <= max;
  const read = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  );
  const check = ValidateBy({
    name: 'isWholeNumber',
    validator: { validate: holds, defaultMessage: () => `must be a whole number from ${min} to ${max}` },
  });
  return (target, property) => {
    read(target, property);
    check(target, property);
  };
}

/** A decimal number above 0 and up to 1, as a number. */
export function IsShare(): PropertyDecorator {
  const holds = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 1;
  const read = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^(0|1|[01]?\.\d{1,6})$/.test(value) ? Number(value) : value,
  );
  const check = ValidateBy({
    name: 'isShare',
    validator: { validate: holds, defaultMessage: () => 'must be a number above 0 and up to 1' },
  });
  return (target, property) => {
    read(target, property);
    check(target, property);
  };
}

/** Letters, digits and signs that a header can carry. */
export const IsVisibleAscii = (message = 'must be visible ASCII characters'): PropertyDecorator =>
  rule('isVisibleAscii', message, (value) => /^[\x21-\x7e]+$/.test(value));

/** An absolute http or https URL that carries no credentials, query or fragment. */
export const IsBaseUrl = (): PropertyDecorator =>
  rule('isBaseUrl', 'must be an absolute http or https URL without credentials, query or fragment', (value) => {
    const url = URL.parse(value);
    return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '';
  });

/** A proxy's URL, with or without credentials. */
export const IsProxyUrl = (): PropertyDecorator =>
  rule('isProxyUrl', 'must be http://[user:password@]host[:port], or https, and no more', isProxyUrl);

/** Comma-separated hosts, each with or without a port, and suffixes. */
export const IsProxyExceptionList = (): PropertyDecorator =>
  rule(
    'isProxyExceptionList',
    'must be a comma-separated list of host, host:port, IP address, .suffix or *.suffix; no address ranges',
    (value) => splitList(value).every(isProxyException),
  );

/** A Redis server, the nodes of a cluster, or sentinels; see `readRedisAddress`. */
export const IsRedisUrl = (): PropertyDecorator =>
  rule(
    'isRedisUrl',
    'must be redis://[user:password@]host[:port][/database], several such for a cluster, or redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary[/database]; rediss for TLS',
    (value) => readRedisAddress(value) !== null,
  );

/** Path of a PEM file with at least one certificate. */
export const IsCertificateFile = (): PropertyDecorator =>
  rule(
    'isCertificateFile',
    'must be the path of a PEM file with certificates',
    (value) => readCertificates(value) !== null,
  );

/** Path of a PEM file with a private key that needs no passphrase. */
export const IsPrivateKeyFile = (): PropertyDecorator =>
  rule(
    'isPrivateKeyFile',
    'must be the path of a PEM file with a private key that needs no passphrase',
    (value) => readPrivateKey(value) !== null,
  );

/** Must be absent when another variable of the group is set. */
export const IsAbsentWith = (other: string): PropertyDecorator =>
  ValidateBy({
    name: 'isAbsentWith',
    validator: {
      validate: (_value, args) => (args?.object as Record<string, unknown> | undefined)?.[other] === undefined,
      defaultMessage: () => `must be absent when ${other} is set`,
    },
  });

/** Must be absent unless another variable of the group has this value: it would have no effect. */
export const IsUsedWith = (other: string, value: string): PropertyDecorator =>
  ValidateBy({
    name: 'isUsedWith',
    validator: {
      validate: (_value, args) => (args?.object as Record<string, unknown> | undefined)?.[other] === value,
      defaultMessage: () => `must be absent unless ${other} is ${value}`,
    },
  });

/** Comma-separated names of a closed list, each at most once. */
export const IsListOf = (allowed: readonly string[]): PropertyDecorator =>
  rule('isListOf', `must be a comma-separated list, without repeats, of: ${allowed.join(', ')}`, (value) => {
    const names = splitList(value);
    return names.every((name) => allowed.includes(name)) && new Set(names).size === names.length;
  });

/** `name:key` pairs, comma-separated; keys of at least 16 visible characters. */
export const IsApiKeyList = (): PropertyDecorator =>
  rule(
    'isApiKeyList',
    'must be name:key pairs, comma-separated, each key of at least 16 characters; name@organisation:key for one organisation alone',
    (value) =>
      splitList(value).every((pair) => /^[\w.-]{1,64}(@[\da-fA-F-]{36})?:[\x21-\x2b\x2d-\x7e]{16,}$/.test(pair)),
  );

/** `id:base64` pairs, comma-separated; each key of 32 bytes, each id once. */
export const IsEncryptionKeyList = (): PropertyDecorator =>
  rule(
    'isEncryptionKeyList',
    'must be id:base64 pairs, comma-separated, each key of 32 bytes and each id once',
    (value) => {
      const pairs = splitList(value).map((pair) => /^([\w-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(pair));
      return pairs.every((pair) => pair !== null) && new Set(pairs.map((pair) => pair[1])).size === pairs.length;
    },
  );

/** Base64 of 32 bytes. */
export const IsKeyOf32Bytes = (): PropertyDecorator =>
  rule('isKeyOf32Bytes', 'must be base64 of 32 bytes', (value) => /^[A-Za-z0-9+/]{43}=$/.test(value));

/** `id:base64` or `id:public:base64`, comma-separated; the first one private, each id once. */
export const IsSigningKeyList = (): PropertyDecorator =>
  rule(
    'isSigningKeyList',
    'must be id:base64 pairs, or id:public:base64, comma-separated, each key of 32 bytes, each id once, the first one private',
    (value) => areSigningKeys(splitList(value)),
  );

/** `name=value` pairs, comma-separated, as OpenTelemetry writes them; values are percent-encoded. */
export const IsHeaderList = (): PropertyDecorator =>
  rule('isHeaderList', 'must be name=value pairs, comma-separated, with values percent-encoded', (value) =>
    splitList(value).every(
      (pair) => /^[\w.!#$&'*+^`|~-]{1,255}=[\x21-\x2b\x2d-\x7e]*$/.test(pair) && isPercentEncoded(pair),
    ),
  );

function isPercentEncoded(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

/** Names of callers, comma-separated. */
export const IsCallerList = (): PropertyDecorator =>
  rule('isCallerList', 'must be names of callers, comma-separated, in visible ASCII characters', (value) =>
    /^[\x21-\x2b\x2d-\x7e]{1,256}(?: *, *[\x21-\x2b\x2d-\x7e]{1,256})*$/.test(value),
  );
