import { expect, it } from '@jest/globals';
import { MAX_BILLING_CUSTOMERS, partField } from '../../src/profile-cache/cache-keys.ts';
import { CachedCustomer } from '../../src/profile-cache/cached-customer.ts';
import { type Part } from '../../src/profile-cache/part.ts';

const NOW = 1_800_000_000_000;

const link = (billingCustomerId: string, agoMs: number): Part => ({
  ...{ state: 'linked', value: { billingCustomerId }, failure: null, changedAt: NOW - agoMs },
  ...{ fetchedAt: NOW - agoMs, checkedAt: NOW - agoMs, freshUntil: NOW + 1, staleUntil: NOW + 1 },
});

const withNamed = (customer: CachedCustomer, name: string, agoMs: number): CachedCustomer =>
  customer.with('v', new Map([[partField('billing', name, null), link(name, agoMs)]]), null, name, NOW);

const isKept = (customer: CachedCustomer, name: string): boolean => customer.part('billing', name, null) !== null;

it('of more billing customers than are kept, the one that was checked longest ago leaves the process', () => {
  const names = Array.from({ length: MAX_BILLING_CUSTOMERS }, (_none, at) => `billing-${at}`);
  let customer = new CachedCustomer('v', new Map([['link', link('stored', 90_000)]]), new Map());
  for (const [at, name] of names.entries()) customer = withNamed(customer, name, at === 7 ? 60_000 : 1000);
  expect(names.filter((name) => isKept(customer, name))).toEqual(names);
  customer = withNamed(customer, 'one-more', 0);
  expect(names.filter((name) => !isKept(customer, name))).toEqual(['billing-7']);
  expect(isKept(customer, 'one-more')).toBe(true);
  expect(customer.part('billing', 'stored-link', null)).not.toBeNull();
});
