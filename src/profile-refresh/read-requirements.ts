import { type ConnectorName } from '../config/connector-names.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Demand } from '../profile-cache/demand.ts';
import { type ProfileKey } from '../profile-cache/profile-entry.ts';
import { type SourceName } from '../profile-merge/profile-parts.ts';

/** What a read needs: which customer, which of its sources, and how fresh. */
export interface ReadRequirements {
  readonly organisation: Organisation;
  readonly customerId: string;
  /** A link for this request only; a lower-case UUID. */
  readonly billingCustomerId: string | null;
  /** Whether the reseller customers API is asked at all. */
  readonly reseller: boolean;
  /** In the configured order, without repeats. */
  readonly connectors: readonly ConnectorName[];
  /** Sources without whose definite answer there is no answer. */
  readonly required: readonly SourceName[];
  readonly demand: Demand;
  /** For the log. */
  readonly requestId: string;
}

/** In the order of the record. */
export function sourcesOf({
  reseller,
  connectors,
}: Pick<ReadRequirements, 'reseller' | 'connectors'>): readonly SourceName[] {
  return [...(reseller ? (['reseller'] as const) : []), 'billing', ...connectors];
}

/** Under which key a read's answer is cached: the link that the request names is another answer than the stored one. */
export function cacheKeyOf({ organisation, customerId, billingCustomerId }: ReadRequirements): ProfileKey {
  return { organisation: organisation.id, customerId, variant: billingCustomerId ?? 'stored-link' };
}
