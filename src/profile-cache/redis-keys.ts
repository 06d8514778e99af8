import { type CustomerKey, type ProfileKey, CACHE_FORMAT_VERSION } from './profile-entry.ts';

/** What Redis says of a customer's entries beside them. `0`: nothing. */
export interface RedisMarks {
  /** Counted up by every invalidation. */
  readonly generation: string;
  /** Another one after every write. */
  readonly version: string;
}

/** What a write shows of the lease it was made under. */
export interface LeaseProof {
  /** The lease's key. */
  readonly name: string;
  readonly owner: string;
  /** Counted up with every lease on the entry, of whatever sources. */
  readonly fence: string;
}

/** The hash of a customer's entries. The braces make all keys of a customer fall into one slot of a Redis Cluster. */
export function entriesKey({ organisation, customerId }: CustomerKey): string {
  return `customer-profiles:${CACHE_FORMAT_VERSION}:{${organisation}:${customerId}}`;
}

/** The number of leases there were on a variant's refreshes. */
export function fenceKey(key: ProfileKey): string {
  return `${entriesKey(key)}:fence:${key.variant}`;
}

/**
 * The lease on a refresh. By generation, so that who comes after an invalidation does not wait for what began before it;
 * by sources, as a refresh of others is another one.
 */
export function leaseKey(key: ProfileKey, generation: string, sources: string): string {
  return `${entriesKey(key)}:lease:${key.variant}:${generation}:${sources}`;
}
