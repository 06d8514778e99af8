import { createPublicKey, verify } from 'node:crypto';
import { isObject } from '../json/json.ts';
import { type ErasureReceipt } from './erasure.schema.ts';
import { signedBytes } from './receipts.ts';

/** Why a receipt is not valid. */
export class InvalidReceipt extends Error {}

/**
 * Verifies a receipt with nothing but the published keys.
 * @param read the parsed receipt
 * @param keys the parsed JWKS
 * @throws InvalidReceipt saying why, without a value of the receipt
 */
export function verifiedReceipt(read: unknown, keys: unknown): ErasureReceipt {
  if (!isObject(read) || !isObject(read.signature)) throw new InvalidReceipt('it is not a receipt');
  const { signature, ...unsigned } = read as unknown as ErasureReceipt;
  const { algorithm, keyId, value } = signature as Partial<ErasureReceipt['signature']>;
  if (algorithm !== 'Ed25519' || typeof value !== 'string') throw new InvalidReceipt('its signature is not Ed25519');
  const published: readonly unknown[] = isObject(keys) && Array.isArray(keys.keys) ? keys.keys : [];
  const jwk = published.find((key) => isObject(key) && key.kid === keyId);
  if (!isObject(jwk)) throw new InvalidReceipt('none of the keys is the one that signed it');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519') throw new InvalidReceipt('the key that signed it is not Ed25519');
  if (!verify(null, signedBytes(unsigned), key, Buffer.from(value, 'base64url')))
    throw new InvalidReceipt('it is not what was signed');
  return read as unknown as ErasureReceipt;
}
