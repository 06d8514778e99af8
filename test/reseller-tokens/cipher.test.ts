import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSecretKey, randomBytes } from 'node:crypto';
import { type EncryptionKey } from '../../src/config/config.ts';
import { open, seal } from '../../src/redis/cipher.ts';

const newKey = (id: string): EncryptionKey => ({ id, key: createSecretKey(randomBytes(32)) });
const key = newKey('k1');
const unpack = (sealed: string): Buffer => Buffer.from(sealed.slice('k1.'.length), 'base64');
const pack = (bytes: Uint8Array): string => `k1.${Buffer.from(bytes).toString('base64')}`;

describe('a sealed text', () => {
  it('opens under its own name, with any of the keys in the ring', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, name) => {
        const sealed = seal(text, name, key);
        expect(open(sealed, name, [key])).toBe(text);
        expect(open(sealed, name, [newKey('k2'), key])).toBe(text);
      }),
    );
  });

  it('shows nothing of itself and is never twice the same', () => {
    const texts = [seal('a-secret-token', 'n', key), seal('a-secret-token', 'n', key)];
    expect(new Set(texts).size).toBe(2);
    for (const sealed of texts) expect(unpack(sealed).toString('latin1')).not.toContain('secret');
  });

  it('does not open with another key, of another or of the same id, or with none', () => {
    const sealed = seal('text', 'name', key);
    for (const keys of [[newKey('k2')], [newKey('k1')], []]) expect(open(sealed, 'name', keys)).toBeNull();
  });

  it('does not open under another name', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        fc.pre(name !== other);
        expect(open(seal('text', name, key), other, [key])).toBeNull();
      }),
    );
  });

  it('does not open when any one bit is another', () => {
    const bytes = unpack(seal('text', 'name', key));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(pack(changed), 'name', [key])).toBeNull();
    }
  });

  it('does not open when it is truncated or longer', () => {
    const bytes = unpack(seal('text', 'name', key));
    for (let length = 0; length < bytes.length; length += 1)
      expect(open(pack(bytes.subarray(0, length)), 'name', [key])).toBeNull();
    expect(open(pack(Buffer.concat([bytes, Buffer.of(0)])), 'name', [key])).toBeNull();
  });

  it('is null for any text that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String().map((text) => `k1.${text}`)), (text) => {
        expect(open(text, 'name', [key])).toBeNull();
      }),
    ); // prettier-ignore
  });
});
