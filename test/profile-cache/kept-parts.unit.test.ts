import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAscii } from 'node:buffer';
import { CachedCustomer } from '../../src/profile-cache/cached-customer.ts';
import type { CachedResponse } from '../../src/profile-cache/cached-response.ts';
import { KeptParts } from '../../src/profile-cache/kept-parts.ts';
import { isOwned } from '../../src/profile-cache/owned-memory.ts';
import type { Part } from '../../src/profile-cache/part.ts';

const times = { fetchedAt: 1, checkedAt: 1, changedAt: 1, freshUntil: 1, staleUntil: 1 };
const parts: fc.Arbitrary<ReadonlyMap<string, Part>> = fc
  .dictionary(fc.string({ minLength: 1 }), fc.option(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }))))
  .map((values) => Object.entries(values).map(([field, value]) => [field, { state: 'ok', value, ...times, failure: null }] as const))
  .map((entries) => new Map(entries)); // prettier-ignore
const read = (_field: string, value: Buffer): Part => JSON.parse(value.toString()) as Part;
const bytesOf = (part: Part): Buffer => Buffer.from(JSON.stringify(part));

describe('kept parts', () => {
  it('are read as they were, from objects and from bytes alike', () => {
    fc.assert(
      fc.property(parts, (made) => {
        expect(KeptParts.of(made).read()).toEqual(made);
        const values = [...made].map(([field, part]) => [field, bytesOf(part)] as const);
        const kept = KeptParts.from(values, read);
        expect(kept.read()).toEqual(made);
        expect(kept.bytes).toBeGreaterThanOrEqual(values.reduce((sum, [, { length }]) => sum + length, 0));
      }),
    );
  });

  it('are without those that cannot be read', () => {
    const unread = Buffer.from('unreadable');
    const kept = KeptParts.from([['one', unread], ['two', Buffer.from('x')]], (field) => (field === 'one' ? null : { state: 'ok', value: null, ...times, failure: null })); // prettier-ignore
    expect([...kept.read().keys()]).toEqual(['two']);
  });
});

describe('a kept customer', () => {
  it('has responses in memory that nothing else shares, whatever they were made of (E2)', () => {
    const bodies = fc.string({ maxLength: 200 }).map((text) => Buffer.from(text.repeat(1000)));
    fc.assert(
      fc.property(bodies, fc.boolean(), (made, isCut) => {
        const body = isCut ? made.subarray(made.length >> 1) : made;
        const response: CachedResponse = { body, etag: '', complete: true, mergeKey: '', fetchedAt: 1, newestAt: 1, checkedAt: 1, dueAt: 1, billingCustomerId: null, wideNumber: 0 }; // prettier-ignore
        const { customer, bytes } = new CachedCustomer('1', new Map(), new Map([['response', response]])).kept();
        const kept = customer.response('stored-link');
        const keptBody = kept?.body ?? '';
        expect({ ...kept, body: Buffer.from(keptBody) }).toEqual({ ...response, body: Buffer.from(body) });
        expect(typeof keptBody === 'string' ? isAscii(body) : isOwned(keptBody)).toBe(true);
        expect(bytes).toBeGreaterThanOrEqual(body.length);
        expect(customer.kept()).toStrictEqual({ customer, bytes });
      }),
    );
  });
});
