import { type ConnectorReference } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type ResolvedLink } from '../customer-links/link-resolver.ts';
import { type Part } from '../profile-cache/part.ts';
import { type ResellerCustomer } from '../reseller-customers/reseller-customer.ts';

/** Everything that can contribute to a profile, by the name it has in the record. */
export type SourceName = 'reseller' | 'billing' | ConnectorName;

export type ResellerPart = Part<'ok' | 'customer_unknown', ResellerCustomer>;
/** The link: which billing customer this is; `ambiguous` when none is known because several might be it. */
export type BillingPart = Part<'linked' | 'unlinked', ResolvedLink> & { readonly ambiguous?: true };
export type ConnectorPart = Part<
  'linked' | 'linked_no_reference' | 'not_linked' | 'integration_removed' | 'customer_unknown',
  ConnectorReference
>;

/** What the sources have contributed so far; what is absent was not asked, or not asked yet. */
export type ProfileParts = Readonly<
  { reseller?: ResellerPart; billing?: BillingPart } & Partial<Record<ConnectorName, ConnectorPart>>
>;
