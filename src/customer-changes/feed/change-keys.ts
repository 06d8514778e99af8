import { type CustomerKey } from '../../customer-ids/customer-key.ts';

/**
 * A customer's marks: the content that readers last got, and the changes that are not in the feed yet. The key is in the
 * slot of the customer's cached profile and has no expiry, because `volatile-*` policies evict keys with one.
 */
export const marksKey = ({ organisation, customerId }: CustomerKey): string =>
  `customer-changes:{${organisation}:${customerId}}`;

/** The keys of an organisation's feed, in one slot and without expiry, as the scripts take them. */
export function feedKeys(organisation: string): readonly [string, string, string, string, string, string] {
  const feed = `customer-changes:{${organisation}}`;
  return [feed, `${feed}:events`, `${feed}:customers`, `${feed}:revisions`, `${feed}:pending`, `${feed}:erasures`];
}
