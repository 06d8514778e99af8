import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type EncryptionKey } from '../config/config.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const DOT = 46;

/**
 * Seals bytes for Redis with AES-256-GCM and a random nonce. The name of their Redis key is bound as additional data, so a
 * value that was moved to another key does not open.
 * @returns `<id of the key>.` and then nonce, tag and ciphertext
 */
export function seal(plain: Uint8Array, name: string, { id, key }: EncryptionKey): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name));
  const sealed = [cipher.update(plain), cipher.final()];
  return Buffer.concat([Buffer.from(`${id}.`), nonce, cipher.getAuthTag(), ...sealed]);
}

/** @returns null when no key opens it: a foreign or truncated value, or one moved from another key */
export function open(sealed: Buffer, name: string, keys: readonly EncryptionKey[]): Buffer | null {
  const dot = sealed.indexOf(DOT);
  const id = sealed.toString('latin1', 0, Math.max(0, dot));
  const key = keys.find((one) => one.id === id)?.key;
  const bytes = sealed.subarray(dot + 1);
  if (!key || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null; // Not sealed with this key under this name.
  }
}
