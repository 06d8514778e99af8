import type { Redis } from 'ioredis';
import { credentials } from '../../sandbox/credentials.ts';
import { decodeEntry } from '../../src/profile-cache/entry-codec.ts';
import type { ProfileEntry, ProfileKey } from '../../src/profile-cache/profile-entry.ts';
import { entriesKey } from '../../src/profile-cache/redis-keys.ts';
import type { StagedCustomer } from './stage.ts';

/** The key of the entry of the link that the request names. */
export function keyOf({ customerId, billingCustomerId }: StagedCustomer): ProfileKey {
  return { organisation: credentials.billing.organisation, customerId, variant: billingCustomerId };
}

/** What Redis holds under that key, unsealed; null when there is nothing, or nothing that can be read. */
export async function keptEntry(raw: Redis, customer: StagedCustomer): Promise<ProfileEntry | null> {
  const key = keyOf(customer);
  const value = await raw.hgetBuffer(entriesKey(key), key.variant);
  return value && decodeEntry(Buffer.from(value), key);
}
