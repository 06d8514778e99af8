import { type ConnectorReference, type ConnectorState } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type SourceName } from '../config/source-names.ts';
import { type ResolvedLink } from '../customer-links/link-resolver.ts';
import { type Part } from '../profile-cache/part.ts';
import { type ResellerCustomer } from '../reseller-customers/reseller-customer.ts';

/** The definite states of the reseller and of the link: closed lists. */
export const RESELLER_STATES = ['ok', 'customer_unknown'] as const;
export const BILLING_STATES = ['linked', 'unlinked'] as const;

export type ResellerPart = Part<(typeof RESELLER_STATES)[number], ResellerCustomer>;
/** The link to a billing customer; `ambiguous`: there is none because several billing customers match. */
export type BillingPart = Part<(typeof BILLING_STATES)[number], ResolvedLink> & { readonly ambiguous?: true };
export type ConnectorPart = Part<ConnectorState, ConnectorReference>;
export type SourcePart = ResellerPart | BillingPart | ConnectorPart;

/** The parts so far, by source. An absent source was not called, or has not answered yet. */
export type ProfileParts = Readonly<
  { reseller?: ResellerPart; billing?: BillingPart } & Partial<Record<ConnectorName, ConnectorPart>>
>;

/** The parts of these sources, in their order. */
export const partsAmong = (sources: readonly SourceName[], parts: ProfileParts): ProfileParts =>
  Object.fromEntries(sources.flatMap((source) => (parts[source] ? [[source, parts[source]] as const] : [])));
