import { describe, expect, it } from '@jest/globals';
import {
  CACHE_FORMAT_VERSION,
  customerHash,
  customerOfHash,
  generationKeptMs,
  leaseKey,
  ownerOf,
  partField,
  responseField,
  scopePrefix,
  STORED_LINK,
} from '../../src/profile-cache/cache-keys.ts';
import { configWith } from '../support/config-with.ts';

const CUSTOMER = { organisation: 'org-1', customerId: 'Zoë-1' };

describe('the hash of a customer', () => {
  it('has a name from which the customer can be read', () => {
    const name = customerHash(CUSTOMER);
    expect(name).toBe(`customer-profiles:${CACHE_FORMAT_VERSION}:{org-1:Zoë-1}`);
    expect(customerOfHash(name)).toStrictEqual(CUSTOMER);
  });

  it.each([
    customerHash(CUSTOMER, CACHE_FORMAT_VERSION - 1),
    customerHash(CUSTOMER, 10 * CACHE_FORMAT_VERSION),
    `x${customerHash(CUSTOMER)}`,
    `${customerHash(CUSTOMER)}x`,
    `customer-profiles:x:{org-1:P100}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:{:P100}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:{org-1:}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:{org-1}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:{org-1:P100:x}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:{{org-1:P100}}`,
    `customer-profiles:${CACHE_FORMAT_VERSION}:org-1:P100`,
    'customer-changes:{org-1:P100}',
    '',
  ])('is not the key %s', (name) => {
    expect(customerOfHash(name)).toBeNull();
  });
});

describe('the fields of a customer', () => {
  it('are a response for each variant', () => {
    expect(responseField(STORED_LINK)).toBe('response');
    expect(responseField('b1')).toBe('response@b1');
  });

  it.each([
    ['reseller', STORED_LINK, null, 'reseller', { source: 'reseller', billingCustomerId: null }],
    ['reseller', 'b1', 'b1', 'reseller', { source: 'reseller', billingCustomerId: null }],
    ['billing', STORED_LINK, null, 'link', { source: 'billing', billingCustomerId: null }],
    ['billing', 'b1', 'b1', 'link@b1', { source: 'billing', billingCustomerId: 'b1' }],
    ['stripe', STORED_LINK, 'b1', 'stripe@b1', { source: 'stripe', billingCustomerId: 'b1' }],
    ['stripe', 'b2', 'b2', 'stripe@b2', { source: 'stripe', billingCustomerId: 'b2' }],
  ])('are a part of %s in %s with %s: %s', (source, variant, billingCustomerId, field, owner) => {
    expect(partField(source, variant, billingCustomerId)).toBe(field);
    expect(ownerOf(field)).toStrictEqual(owner);
  });

  it('begin with the scope of the read', () => {
    expect(scopePrefix({ ...CUSTOMER, scope: 's', variant: STORED_LINK })).toBe('s/');
  });
});

it('a lease is of a source in a scope, and of a variant, but for the customer’s own part', () => {
  const key = { ...CUSTOMER, scope: 's', variant: 'b1' };
  expect(leaseKey('hash', key, 'reseller', '7')).toBe('hash:lease:7:s/reseller');
  expect(leaseKey('hash', key, 'billing', '7')).toBe('hash:lease:7:s/billing@b1');
  expect(leaseKey('hash', key, 'stripe', '7 3')).toBe('hash:lease:7 3:s/stripe@b1');
});

it('a generation is kept three hours longer than a part, and than a read may take', () => {
  const keptMs = (more: Readonly<Record<string, string>>): number => generationKeptMs(configWith(more)) - 3 * 3_600_000;
  expect(keptMs({ CACHE_STALE_SECONDS: '7200' })).toBe(7_200_000);
  expect(keptMs({ CACHE_STALE_SECONDS: '60', CACHE_FRESH_SECONDS: '1', REQUEST_BUDGET_MS: '900' })).toBe(61_800);
});
