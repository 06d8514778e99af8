import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { customerHash } from '../../../src/profile-cache/cache-keys.ts';
import { type CachedResponse } from '../../../src/profile-cache/cached-response.ts';
import { FieldCodec } from '../../../src/profile-cache/customer-hash/field-codec.ts';
import { stampOf } from '../../../src/profile-cache/customer-hash/part-content.ts';
import { type Part } from '../../../src/profile-cache/part.ts';
import { configWith } from '../../support/config-with.ts';

const key = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const codecWith = (...keys: readonly string[]): FieldCodec =>
  new FieldCodec(configWith(keys.length === 0 ? {} : { CACHE_ENCRYPTION_KEYS: keys.join(',') }));
const plain = codecWith();
const sealed = codecWith(key('a', 1), key('b', 2));

const CUSTOMER = { organisation: 'org', customerId: 'P100' };
const part: Part = {
  state: 'linked',
  value: { billingCustomerId: 'é' },
  fetchedAt: 1.5,
  checkedAt: 2.5,
  changedAt: 3,
  freshUntil: 4,
  staleUntil: 5.9,
  failure: null,
};
const response = (body: Buffer | string): CachedResponse => ({
  body,
  etag: 'W/"x"',
  complete: true,
  fetchedAt: 1,
  newestAt: 2,
  checkedAt: 3,
  dueAt: 4,
  mergeKey: '6 default stripe',
  billingCustomerId: null,
  wideNumber: 7,
});

describe.each([
  ['without keys', plain],
  ['with keys', sealed],
])('a field %s', (_title, codec) => {
  it('is read as it was written, and begins with a line for the scripts', () => {
    const written = codec.encodePart(CUSTOMER, 'stripe', part);
    expect(written.toString('latin1').split('\n')[0]).toBe(stampOf(part));
    expect(codec.decodePart(CUSTOMER, 'stripe', written)).toStrictEqual(part);
    for (const body of ['{"a":1}', '{"a":"é\n"}']) {
      const field = codec.encodeResponse(CUSTOMER, 'response', response(Buffer.from(body)));
      expect(field.toString('latin1').split('\n')[0]).toBe('response');
      const { body: read, ...head } = codec.decodeResponse(CUSTOMER, 'response', field) ?? response('');
      expect(String(read)).toBe(body);
      expect(typeof read).toBe(body.includes('é') ? 'object' : 'string');
      expect({ ...head, body: '' }).toStrictEqual(response(''));
    }
  });

  it('of another customer, field or kind is none', () => {
    const ofPart = codec.encodePart(CUSTOMER, 'stripe', part);
    const ofResponse = codec.encodeResponse(CUSTOMER, 'response', response('{}'));
    for (const other of [
      { ...CUSTOMER, customerId: 'P101' },
      { ...CUSTOMER, organisation: 'other' },
    ]) {
      expect(codec.decodePart(other, 'stripe', ofPart)).toBeNull();
      expect(codec.decodeResponse(other, 'response', ofResponse)).toBeNull();
    }
    expect(codec.decodePart(CUSTOMER, 'xero', ofPart)).toBeNull();
    expect(codec.decodeResponse(CUSTOMER, 'response@x', ofResponse)).toBeNull();
    expect(codec.decodeResponse(CUSTOMER, 'stripe', ofPart)).toBeNull();
    expect(codec.decodePart(CUSTOMER, 'response', ofResponse)).toBeNull();
  });

  it('that holds any bytes is none', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', 'response\n', '1 1 2 5 0\n'), (bytes, line) => {
        const value = Buffer.concat([Buffer.from(line), bytes]);
        expect(codec.decodePart(CUSTOMER, 'stripe', value)).toBeNull();
        expect(codec.decodeResponse(CUSTOMER, 'response', value)).toBeNull();
      }),
    );
  });

  it.each(['[]', '7', 'null', '{', '{}', '', '"text"'])('that holds the JSON %j is no part, and no head', (json) => {
    const raw = codec.encodeResponse(CUSTOMER, 'stripe', response(json));
    expect(codec.decodePart(CUSTOMER, 'stripe', raw)).toBeNull();
    expect(
      codec.decodePart(CUSTOMER, 'stripe', codec.encodePart(CUSTOMER, 'stripe', { ...part, ...{ fetchedAt: NaN } })),
    ).toBeNull();
  });
});

describe('a field without keys that somebody else has written, with the right checksum', () => {
  const forged = (line: string, text: string, separator = '\n', packing = 0): Buffer => {
    const content = Buffer.from([packing, ...Buffer.from(text)]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(content, crc32(`${customerHash(CUSTOMER)} response ${line}`)));
    return Buffer.concat([Buffer.from(line + separator), sum, content]);
  };
  const read = (value: Buffer): unknown => plain.decodeResponse(CUSTOMER, 'response', value);

  it('is read when it has the form of a response', () => {
    expect(read(forged('response', '{"a":1}\n{}'))).toStrictEqual({ a: 1, body: '{}' });
  });

  it.each([
    ['the first line of a part', forged('1 1 2 5 0', '{"a":1}\n{}')],
    ['no line in its content', forged('response', '{"a":1}x')],
    ['no object in that line', forged('response', 'null\n{}')],
    ['no JSON in that line', forged('response', '{"a":1\n{}')],
    ['nothing in that line', forged('response', '\n{}')],
    ['nothing at all', forged('response', '')],
    ['a packing that is not known', forged('response', '{"a":1}\n{}', '\n', 2)],
    ['no deflated bytes where there should be some', forged('response', '{"a":1}\n{}', '\n', 1)],
  ])('is none with %s', (_title, value) => {
    expect(read(value)).toBeNull();
  });

  it('is none without a first line', () => {
    const value = forged('', JSON.stringify(part), '');
    expect(value.includes('\n')).toBe(false);
    expect(plain.decodePart(CUSTOMER, 'response', value)).toBeNull();
  });
});

describe('a field that is sealed', () => {
  it('shows nothing of its content, and opens with any key of the ring', () => {
    const written = sealed.encodePart(CUSTOMER, 'stripe', part);
    expect(written.toString('latin1')).not.toContain('billingCustomerId');
    expect(plain.encodePart(CUSTOMER, 'stripe', part).toString('latin1')).toContain('billingCustomerId');
    const turned = codecWith(key('b', 2), key('a', 1));
    expect(turned.decodePart(CUSTOMER, 'stripe', written)).toStrictEqual(part);
    expect(codecWith(key('c', 3)).decodePart(CUSTOMER, 'stripe', written)).toBeNull();
    expect(plain.decodePart(CUSTOMER, 'stripe', written)).toBeNull();
    expect(sealed.decodePart(CUSTOMER, 'stripe', plain.encodePart(CUSTOMER, 'stripe', part))).toBeNull();
  });
});
