import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partField, STORED_LINK } from '../../src/profile-cache/cache-keys.ts';
import { CachedCustomer, fieldsOf } from '../../src/profile-cache/cached-customer.ts';
import { type CachedResponse } from '../../src/profile-cache/cached-response.ts';
import { type Part, type Parts } from '../../src/profile-cache/part.ts';

const NOW = 1_800_000_000_000;
const SOURCES = ['reseller', 'billing', 'stripe', 'xero'];
const NAMED = '3fa85f64-5717-4562-b3fc-2c963f66afa6';

const partOf = (source: string, at: number): Part => ({
  ...{ state: 'ok', value: source === 'billing' ? { billingCustomerId: NAMED } : { at }, failure: null, changedAt: at },
  ...{ fetchedAt: at, checkedAt: at, freshUntil: NOW + 1, staleUntil: NOW + 1 },
});
/** A response whose body says which parts it was made of. */
const madeOf = (parts: Parts): string => JSON.stringify(Object.entries(parts).map(([source, part]) => [source, part.fetchedAt]).sort()); // prettier-ignore
const responseOf = (parts: Parts): CachedResponse => ({ body: madeOf(parts) }) as unknown as CachedResponse;

/** A refresh that read the customer as it was some writes ago, and asked some sources then and later. */
const refreshes = fc.array(
  fc.record({
    variant: fc.constantFrom(STORED_LINK, NAMED),
    writesAgo: fc.nat(4),
    asked: fc.dictionary(fc.constantFrom(...SOURCES), fc.nat(1000)),
  }),
  { maxLength: 12 },
);

it('however refreshes overlap, each part is the latest and a response is made of the parts that are there (W2)', () => {
  fc.assert(
    fc.property(refreshes, (all) => {
      const states = [CachedCustomer.EMPTY];
      const latest = new Map<string, number>();
      for (const { variant, writesAgo, asked } of all) {
        const read = states.at(-1 - writesAgo) ?? CachedCustomer.EMPTY;
        const fetched = Object.entries(asked).map(([source, ago]) => [source, partOf(source, NOW - ago)] as const);
        const parts: Parts = { ...read.partsOf(variant), ...Object.fromEntries(fetched) };
        if (!parts.billing) continue;
        const response = SOURCES.every((source) => parts[source]) ? responseOf(parts) : null;
        const fields = [...fieldsOf(parts, variant)].map(([source, field]) => [field, parts[source] as Part] as const);
        for (const [field, { fetchedAt }] of fields) latest.set(field, Math.max(fetchedAt, latest.get(field) ?? 0));
        const before = states.at(-1) ?? CachedCustomer.EMPTY;
        const after = before.with('v', new Map(fields), response, variant, NOW);
        states.push(after);
        for (const one of [STORED_LINK, NAMED]) {
          const present = after.partsOf(one);
          const field = (source: string): string => partField(source, one, NAMED);
          for (const [source, part] of Object.entries(present)) expect(part.fetchedAt).toBe(latest.get(field(source)));
          const held = after.response(one);
          if (held) expect(held.body).toBe(madeOf(present));
        }
      }
    }),
  );
});
