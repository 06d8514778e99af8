import { type CustomerKey } from '../../customer-ids/customer-key.ts';

/**
 * The content that readers were last given of a customer, and the changes that are not in the feed yet. It lies in the slot of the
 * customer's cached profile, and without expiry: `volatile-*` policies evict keys that have one.
 */
export const marksKey = ({ organisation, customerId }: CustomerKey): string =>
  `customer-changes:{${organisation}:${customerId}}`;

/** The keys of an organisation's feed, in one slot and without expiry, as the scripts take them. */
export function feedKeys(organisation: string): readonly [string, string, string, string, string, string] {
  const feed = `customer-changes:{${organisation}}`;
  return [feed, `${feed}:events`, `${feed}:customers`, `${feed}:revisions`, `${feed}:pending`, `${feed}:erasures`];
}
