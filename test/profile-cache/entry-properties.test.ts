import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEntry, encodeEntry } from '../../src/profile-cache/entry-codec.ts';
import { isDefinite, type Part } from '../../src/profile-cache/part.ts';
import { latestParts, makeEntry, type Parts, type ProfileKey } from '../../src/profile-cache/profile-entry.ts';

const CONNECTORS = ['stripe', 'xero', 'netsuite', 'dealhub'];
/** Few values, so that some are equal, or many. */
const time = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4_000_000_000_000 }));
const failure = fc.option(
  fc.record({
    state: fc.constantFrom('timeout' as const, 'upstream_error' as const),
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    at: time,
    attempts: fc.integer({ min: 1, max: 9 }),
    retryAt: time,
  }),
);
const partOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Part> =>
  fc.record({
    ...{ state: fc.constantFrom('ok', 'linked', 'not_linked', 'timeout'), value, failure },
    ...{ fetchedAt: time, checkedAt: time, changedAt: time, freshUntil: time, staleUntil: time },
  });
const anyValue = fc.option(fc.dictionary(fc.string(), fc.jsonValue()));
const link = (billingCustomerId: string): fc.Arbitrary<Part> => partOf(fc.constant({ billingCustomerId }));

const partsWith = (billing: fc.Arbitrary<Part>): fc.Arbitrary<Parts> =>
  fc.record(
    { reseller: partOf(anyValue), billing, ...Object.fromEntries(CONNECTORS.map((name) => [name, partOf(anyValue)])) },
    { requiredKeys: ['billing'] },
  );

/** Two that were made apart: no part of the one was asked for at the same moment as its rival. */
const apart = (one: Parts, other: Parts): boolean =>
  Object.entries(one).every(([source, part]) => other[source]?.checkedAt !== part.checkedAt);
const pair = (first: string, second: string): fc.Arbitrary<[Parts, Parts]> =>
  fc.tuple(partsWith(link(first)), partsWith(link(second))).filter(([one, other]) => apart(one, other));

describe('the later of two entries’ parts', () => {
  it('does not depend on which is called the one and which the other', () => {
    fc.assert(
      fc.property(fc.oneof(pair('a', 'a'), pair('a', 'b')), ([one, other]) => {
        expect(latestParts(one, other)).toEqual(latestParts(other, one));
      }),
    );
  });

  it('lacks no source that either has', () => {
    fc.assert(
      fc.property(pair('a', 'a'), ([one, other]) => {
        const sources = new Set([...Object.keys(one), ...Object.keys(other)]);
        expect(new Set(Object.keys(latestParts(one, other)))).toEqual(sources);
      }),
    );
  });

  it('is of each source the later definite answer, which no failure hides; else what was asked for later', () => {
    fc.assert(
      fc.property(pair('a', 'a'), ([one, other]) => {
        for (const [source, part] of Object.entries(latestParts(one, other))) {
          const rivals = [one[source], other[source]].filter((rival) => rival !== undefined);
          const definite = rivals.filter(isDefinite);
          const candidates = definite.length > 0 ? definite : rivals;
          expect(candidates).toContain(part);
          expect(part.fetchedAt).toBe(Math.max(...candidates.map(({ fetchedAt }) => fetchedAt)));
          const latest = candidates.filter(({ fetchedAt }) => fetchedAt === part.fetchedAt);
          expect(part.checkedAt).toBe(Math.max(...latest.map(({ checkedAt }) => checkedAt)));
        }
      }),
    );
  });

  it('never mixes the connectors of two billing customers', () => {
    fc.assert(
      fc.property(pair('a', 'b'), ([one, other]) => {
        const latest = latestParts(one, other);
        const side = latest.billing === one.billing ? one : other;
        for (const name of CONNECTORS) expect(latest[name]).toBe(side[name]);
      }),
    );
  });

  it('is what there was when joined with itself', () => {
    fc.assert(
      fc.property(partsWith(link('a')), (parts) => {
        expect(latestParts(parts, parts)).toEqual(parts);
      }),
    );
  });
});

describe('an entry as bytes', () => {
  const keys: fc.Arbitrary<ProfileKey> = fc.record({
    organisation: fc.uuid(),
    customerId: fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 }),
    variant: fc.oneof(fc.uuid(), fc.constant('stored-link')),
  });
  const answers = fc.option(
    fc.record({
      body: fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
      etag: fc.string(),
      complete: fc.boolean(),
      ...{ fetchedAt: time, dueAt: time },
    }),
  );

  it('is read as it was written, however it lies in memory', () => {
    fc.assert(
      fc.property(keys, partsWith(link('a')), answers, fc.string(), (key, parts, answer, mergeKey) => {
        const bytes = encodeEntry(makeEntry(key, parts, answer, mergeKey));
        const inside = Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('xyz')]).subarray(3, 3 + bytes.length);
        const read = decodeEntry(inside, key);
        expect(read).toMatchObject({ key, mergeKey });
        expect(read?.answer).toEqual(answer);
        expect(read?.parts).toEqual(JSON.parse(JSON.stringify(parts)));
      }),
    );
  });

  it('is none when any bit is another, or it is shorter', () => {
    const [key] = fc.sample(keys, 1);
    const [parts] = fc.sample(partsWith(link('a')), 1);
    if (!key || !parts) throw new Error('nothing was made');
    const bytes = encodeEntry(makeEntry(key, parts, null, 'made'));
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const spoilt = Buffer.from(bytes);
        spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeEntry(spoilt, key)).toBeNull();
        expect(decodeEntry(bytes.subarray(0, bit >> 3), key)).toBeNull();
      }),
    );
  });

  it('is none for any other key', () => {
    fc.assert(
      fc.property(keys, keys, partsWith(link('a')), (key, other, parts) => {
        fc.pre(JSON.stringify(key) !== JSON.stringify(other));
        expect(decodeEntry(encodeEntry(makeEntry(key, parts, null, 'made')), other)).toBeNull();
      }),
    );
  });
});
