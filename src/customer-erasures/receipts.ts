import { Injectable } from '@nestjs/common';
import canonicalize from 'canonicalize';
import { sign } from 'node:crypto';
import { Config } from '../config/config.ts';
import { type ErasureKeys, type ErasureReceipt } from './erasure.schema.ts';

/** The bytes that a signature covers: the canonical JSON (RFC 8785) in UTF-8. */
export const signedBytes = (unsigned: Omit<ErasureReceipt, 'signature'>): Buffer =>
  Buffer.from(canonicalize(unsigned) ?? '');

/** Signs receipts with the first key, and publishes the public ones of all. */
@Injectable()
export class Receipts {
  /** The keys by which receipts are verified (RFC 7517, RFC 8037); none when customers cannot be erased. */
  readonly publicKeys: ErasureKeys;

  constructor(private readonly config: Config) {
    const keys = (config.erasure?.signingKeys ?? []).map(({ id, publicKey }) => {
      const { x = '' } = publicKey.export({ format: 'jwk' });
      return { kty: 'OKP', crv: 'Ed25519', x, kid: id, use: 'sig', alg: 'Ed25519' } as const;
    });
    this.publicKeys = { keys };
  }

  sign(unsigned: Omit<ErasureReceipt, 'signature'>): ErasureReceipt {
    const [key] = this.config.erasure?.signingKeys ?? [];
    if (!key?.privateKey) throw new Error('there is no key that signs');
    const value = sign(null, signedBytes(unsigned), key.privateKey).toString('base64url');
    return { ...unsigned, signature: { algorithm: 'Ed25519', keyId: key.id, value } };
  }
}
