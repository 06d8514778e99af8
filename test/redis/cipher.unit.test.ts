import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSecretKey, randomBytes } from 'node:crypto';
import { type EncryptionKey } from '../../src/config/config.ts';
import { open, seal } from '../../src/redis/cipher.ts';

const newKey = (id: string): EncryptionKey => ({ id, key: createSecretKey(randomBytes(32)) });
const key = newKey('k1');
const text = Buffer.from('text');

describe('a sealed text', () => {
  it('opens under its own name, with any of the keys in the ring', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, name) => {
        const sealed = seal(bytes, name, key);
        expect(open(sealed, name, [key])?.equals(bytes)).toBe(true);
        expect(open(sealed, name, [newKey('k2'), key])?.equals(bytes)).toBe(true);
      }),
    );
  });

  it('shows nothing of itself and is never twice the same', () => {
    const secret = Buffer.from('a-secret-token');
    const texts = [seal(secret, 'n', key), seal(secret, 'n', key)].map((sealed) => sealed.toString('latin1'));
    expect(new Set(texts).size).toBe(2);
    for (const sealed of texts) expect(sealed).not.toContain('secret');
  });

  it('does not open with another key, of another or of the same id, or with none', () => {
    const sealed = seal(text, 'name', key);
    for (const keys of [[newKey('k2')], [newKey('k1')], []]) expect(open(sealed, 'name', keys)).toBeNull();
  });

  it('does not open under another name', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        fc.pre(name !== other);
        expect(open(seal(text, name, key), other, [key])).toBeNull();
      }),
    );
  });

  it('does not open when any one bit is another', () => {
    const bytes = seal(text, 'name', key);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(changed, 'name', [key])).toBeNull();
    }
  });

  it('does not open when it is truncated or longer', () => {
    const bytes = seal(text, 'name', key);
    for (let length = 0; length < bytes.length; length += 1)
      expect(open(bytes.subarray(0, length), 'name', [key])).toBeNull();
    expect(open(Buffer.concat([bytes, Buffer.of(0)]), 'name', [key])).toBeNull();
  });

  it('is null for any bytes that are none', () => {
    const named = fc.uint8Array().map((bytes) => Buffer.concat([Buffer.from('k1.'), bytes]));
    const unnamed = fc.uint8Array().map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(named, unnamed), (bytes) => {
        expect(open(bytes, 'name', [key])).toBeNull();
      }),
    );
  });
});
