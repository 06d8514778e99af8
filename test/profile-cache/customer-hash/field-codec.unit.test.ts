import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CustomerKey } from '../../../src/customer-ids/customer-key.ts';
import type { CachedResponse } from '../../../src/profile-cache/cached-response.ts';
import { FieldCodec } from '../../../src/profile-cache/customer-hash/field-codec.ts';
import { stampOf } from '../../../src/profile-cache/customer-hash/part-content.ts';
import type { Part } from '../../../src/profile-cache/part.ts';
import { configWith } from '../../support/config-with.ts';

const codec = new FieldCodec(configWith());

const time = fc.integer({ min: 1, max: 4_000_000_000_000 });
const failure = fc.option(
  fc.record({
    state: fc.constantFrom('timeout' as const, 'upstream_error' as const),
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    at: time,
    attempts: fc.integer({ min: 1, max: 9 }),
    retryAt: time,
  }),
);
const parts: fc.Arbitrary<Part> = fc.record({
  state: fc.constantFrom('ok', 'linked', 'not_linked', 'timeout'),
  value: fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
  failure,
  seen: fc.tuple(time, time),
  ...{ fetchedAt: time, checkedAt: time, changedAt: time, freshUntil: time, staleUntil: time },
});
const responses: fc.Arbitrary<CachedResponse> = fc.record({
  body: fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  etag: fc.string(),
  complete: fc.boolean(),
  mergeKey: fc.string(),
  billingCustomerId: fc.option(fc.uuid()),
  wideNumber: time,
  ...{ fetchedAt: time, newestAt: time, checkedAt: time, dueAt: time },
});
const customers: fc.Arbitrary<CustomerKey> = fc.record({
  organisation: fc.uuid(),
  customerId: fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 }),
});
const fields = fc.oneof(
  fc.constant('reseller'),
  fc.uuid().map((id) => `xero@${id}`),
);

/** The same bytes inside a larger buffer. */
const inside = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('xyz')]).subarray(3, 3 + bytes.length);

/** Node sends a text of ASCII alone in one piece with the headers. */
const asSent = (body: Buffer | string): Buffer | string => (/[^\0-\x7f]/.test(String(body)) ? body : String(body));

describe('a field as bytes', () => {
  it('is read as it was written, however it lies in memory', () => {
    fc.assert(
      fc.property(customers, fields, parts, responses, (customer, field, part, response) => {
        const kept = inside(codec.encodePart(customer, field, part));
        expect(codec.decodePart(customer, field, kept)).toEqual(JSON.parse(JSON.stringify(part)));
        const sent = inside(codec.encodeResponse(customer, field, response));
        expect(codec.decodeResponse(customer, field, sent)).toEqual({ ...response, body: asSent(response.body) });
      }),
    );
  });

  it('begins with what the scripts compare', () => {
    fc.assert(
      fc.property(customers, fields, parts, responses, (customer, field, part, response) => {
        const line = (bytes: Buffer): string => bytes.toString('latin1', 0, bytes.indexOf('\n'));
        expect(line(codec.encodePart(customer, field, part))).toBe(stampOf(part));
        expect(line(codec.encodeResponse(customer, field, response))).toBe('response');
      }),
    );
  });

  it('is none when any bit is another, or it is shorter', () => {
    const [customer] = fc.sample(customers, 1);
    const [part] = fc.sample(parts, 1);
    if (!customer || !part) throw new Error('nothing was made');
    const bytes = codec.encodePart(customer, 'reseller', part);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const spoilt = Buffer.from(bytes);
        spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(codec.decodePart(customer, 'reseller', spoilt)).toBeNull();
        expect(codec.decodePart(customer, 'reseller', bytes.subarray(0, bit >> 3))).toBeNull();
      }),
    );
  });

  it('is none for any other place', () => {
    const places = fc.tuple(customers, fields);
    fc.assert(
      fc.property(places, places, parts, (place, other, part) => {
        fc.pre(JSON.stringify(place) !== JSON.stringify(other));
        expect(codec.decodePart(...other, codec.encodePart(...place, part))).toBeNull();
      }),
    );
  });
});
