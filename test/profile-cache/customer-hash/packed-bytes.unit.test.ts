import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { pack, unpack } from '../../../src/profile-cache/customer-hash/packed-bytes.ts';

const text = (bytes: number): Buffer => Buffer.alloc(bytes, '{"state":"not_linked","value":null}');
const deflated = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([1]), deflateRawSync(bytes)]);

describe('packed bytes', () => {
  it('are read as they were', () => {
    const sizes = fc.nat(40_000).map(text);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          sizes,
        ),
        (bytes) => {
          expect(unpack(pack(bytes))?.equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it.each([
    [511, false],
    [512, true],
    [32_768, true],
    [32_769, false],
  ])('of %i bytes are deflated: %s', (bytes, isDeflated) => {
    expect(pack(text(bytes)).length < bytes / 2).toBe(isDeflated);
    expect(unpack(pack(text(bytes)))).toStrictEqual(text(bytes));
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another first byte', Buffer.from([2, 0x7b, 0x7d])],
    ['no deflated bytes', Buffer.from([1, 0xff, 0xff])],
    ['deflated bytes that end early', deflated(text(1000)).subarray(0, -1)],
    ['more than is ever deflated', deflated(text(32_769))],
  ])('are none with %s', (_title, packed) => {
    expect(unpack(packed)).toBeNull();
  });
});
