import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type EncryptionKey } from '../config/config.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals text for Redis with AES-256-GCM: a random nonce each time, the key's name in Redis bound as additional data, so
 * that a value put under another key does not open.
 * @param name the Redis key under which it will lie
 * @returns `<id of the key>.<base64 of nonce, tag and ciphertext>`
 */
export function seal(text: string, name: string, { id, key }: EncryptionKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${id}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
}

/** @returns null for what none of the keys opens: foreign, truncated, or moved from another name */
export function open(sealed: string, name: string, keys: readonly EncryptionKey[]): string | null {
  const dot = sealed.indexOf('.');
  const key = keys.find(({ id }) => id === sealed.slice(0, dot))?.key;
  const bytes = Buffer.from(sealed.slice(dot + 1), 'base64');
  if (!key || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null; // Not sealed with this key under this name.
  }
}
