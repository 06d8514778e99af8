import { EXPIRY_MARGIN_MS } from '../config/clock.ts';
import { type Config } from '../config/config.ts';
import { partOwner } from '../config/source-names.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';

/** A part of every key. A deploy that changes the cache format raises it, so that it never reads the old format. */
export const CACHE_FORMAT_VERSION = 7;

/** The variant of a read that names no billing customer. */
export const STORED_LINK = 'stored-link';

/**
 * Maximum number of billing customers whose parts are stored in addition to those of the stored link, so that callers
 * cannot grow a customer without end.
 */
export const MAX_BILLING_CUSTOMERS = 16;

/**
 * The key of one read of a customer. `variant` is the billing customer that the request names, or `STORED_LINK`. `scope`
 * stands for the upstreams and credentials of the read: parts that were fetched with others are not served.
 */
export interface ProfileKey extends CustomerKey {
  readonly scope: string;
  readonly variant: string;
}

/** The hash of a customer. The braces make all keys of a customer fall into one slot of a Redis Cluster. */
export function customerHash({ organisation, customerId }: CustomerKey, format = CACHE_FORMAT_VERSION): string {
  return `customer-profiles:${format}:{${organisation}:${customerId}}`;
}

const HASH = new RegExp(`^customer-profiles:${CACHE_FORMAT_VERSION}:\\{([^:{}]+):([^:{}]+)\\}$`);

/** The customer whose hash has this name; null: it is not such a hash, or has another format. */
export function customerOfHash(name: string): CustomerKey | null {
  const found = HASH.exec(name);
  if (!found) return null;
  // Each group is in every match.
  const [, organisation, customerId] = found as unknown as readonly [string, string, string];
  return { organisation, customerId };
}

/** How long a customer's generation is kept: longer than any read that began before it, or any part made before it. */
export const generationKeptMs = ({ requestBudgetMs, cache }: Config): number =>
  Math.max(60_000 + 2 * requestBudgetMs, cache.staleSeconds * 1000) + EXPIRY_MARGIN_MS;

/** The field of the hash that holds the response of a variant. */
export function responseField(variant: string): string {
  return variant === STORED_LINK ? 'response' : `response@${variant}`;
}

/**
 * The field of the hash that holds a source's part. A customer's own part is the same for all variants, and a connector's for
 * all that lead to the same billing customer.
 */
export function partField(source: string, variant: string, billingCustomerId: string | null): string {
  switch (partOwner(source)) {
    case 'customer':
      return source;
    case 'link':
      return variant === STORED_LINK ? 'link' : `link@${variant}`;
    case 'billing customer':
      return `${source}@${String(billingCustomerId)}`;
  }
}

/** The source and the billing customer of a part, by its field. */
export function ownerOf(field: string): { readonly source: string; readonly billingCustomerId: string | null } {
  const [name = '', billingCustomerId = null] = field.split('@');
  return { source: name === 'link' ? 'billing' : name, billingCustomerId };
}

/**
 * The lease on fetching a source in a scope. Its name contains the generation and the last wide invalidation of the source,
 * so that a read after an invalidation does not wait for a fetch that began before it. For a connector it contains the
 * variant, because the billing customer is not known yet.
 */
export function leaseKey(owner: string, { variant, scope }: ProfileKey, source: string, generation: string): string {
  const name = partOwner(source) === 'customer' ? source : `${source}@${variant}`;
  return `${owner}:lease:${generation}:${scope}/${name}`;
}

/** The prefix of the fields of a read's scope. */
export const scopePrefix = ({ scope }: ProfileKey): string => `${scope}/`;
