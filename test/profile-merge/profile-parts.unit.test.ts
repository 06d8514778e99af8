import { expect, it } from '@jest/globals';
import { partsAmong, type ProfileParts } from '../../src/profile-merge/profile-parts.ts';

it('the parts of some sources are those that there are, in the order of the sources', () => {
  const parts = { stripe: { state: 'linked' }, reseller: { state: 'ok' }, xero: { state: 'linked' } };
  const among = partsAmong(['reseller', 'billing', 'stripe'], parts as unknown as ProfileParts);
  expect(Object.entries(among)).toEqual([
    ['reseller', { state: 'ok' }],
    ['stripe', { state: 'linked' }],
  ]);
});
