import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { type Env } from './environment/env.ts';
import { splitList } from './environment/split-list.ts';
import { SIGNING_KEY } from './signing-key-list.ts';

/** A named Ed25519 key. */
export interface ErasureSigningKey {
  readonly id: string;
  /** null: the key is retired and no longer signs. */
  readonly privateKey: KeyObject | null;
  readonly publicKey: KeyObject;
}

/** How customers are erased. */
export interface ErasureConfig {
  /** The key of the digests of erased customers. */
  readonly key: KeyObject;
  /** The first one signs. Never empty. */
  readonly signingKeys: readonly ErasureSigningKey[];
  readonly tombstoneDays: number;
  readonly persistenceHours: number;
}

/** The bytes before the 32 bytes of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410, section 10). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** @returns null: customers cannot be erased */
export function erasureConfig(env: Env): ErasureConfig | null {
  const { ERASURE_KEY: key, ERASURE_SIGNING_KEYS: signingKeys } = env;
  if (key === undefined || signingKeys === undefined) return null;
  return {
    key: createSecretKey(key, 'base64'),
    signingKeys: splitList(signingKeys).map(signingKey),
    tombstoneDays: env.ERASURE_TOMBSTONE_DAYS,
    persistenceHours: env.ERASURE_PERSISTENCE_HOURS,
  };
}

function signingKey(item: string): ErasureSigningKey {
  const [, id = '', isPublic, base64 = ''] = SIGNING_KEY.exec(item) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (isPublic !== undefined) return { id, privateKey: null, publicKey: publicKeyOf(bytes) };
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, bytes]), format: 'der', type: 'pkcs8' });
  return { id, privateKey, publicKey: createPublicKey(privateKey) };
}

const publicKeyOf = (bytes: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
