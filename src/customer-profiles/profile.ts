import { type CONNECTOR_CATEGORIES } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type LinkResolverName } from '../config/config.ts';
import { type PostalAddress, type ResellerAccount } from '../reseller-customers/reseller-customer.ts';
import { type FailureState } from '../upstream/upstream.error.ts';
import { type ConnectorPart, type SourceName } from './profile-parts.ts';

/**
 * The merged record: what is cached and what is answered, at once. `null`: not known. `[]`: known to be none.
 * `docs/openapi.json` describes every field; a test holds the two against each other.
 */
export interface Profile {
  readonly customerId: string;
  readonly billingCustomerId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly address: PostalAddress | null;
  /** The reseller's own view; null when the reseller customers API could not say. */
  readonly account: ResellerAccount | null;
  /** null: could not be asked for. */
  readonly connectors: readonly ProfileConnector[] | null;
  readonly conflicts: readonly Conflict[];
  readonly identity: Identity;
  readonly sources: readonly ProfileSource[];
  /** Every source asked gave a definite answer, fresh or stale. */
  readonly complete: boolean;
}

/** A connector; the three values are there in the states `linked` and `linked_no_reference`. */
export interface ProfileConnector {
  readonly name: ConnectorName;
  readonly category: (typeof CONNECTOR_CATEGORIES)[ConnectorName];
  readonly state: ConnectorPart['state'];
  readonly referenceId?: string | null;
  readonly customerName?: string | null;
  readonly email?: string | null;
}

export type MergedField = 'name' | 'email' | 'phoneNumber' | 'address';

/** A field on which sources differ after normalising. */
export interface Conflict {
  readonly field: MergedField;
  readonly winner: { readonly source: SourceName };
  readonly losers: readonly { readonly source: SourceName; readonly value: unknown }[];
  readonly rule: 'source-order';
}

/** Whether the sources seem to speak of one company. It informs; nothing is decided by it. */
export interface Identity {
  readonly verdict: 'consistent' | 'suspicious' | 'contradictory' | 'unknown';
  readonly evidence: readonly string[];
}

export interface ProfileSource {
  readonly source: SourceName;
  readonly state: string;
  /** When the value was fetched, ISO 8601 with Z; null when there is none. */
  readonly fetchedAt: string | null;
  /** True when the answer is past its time: the last attempt failed, or a refresh is under way. */
  readonly stale: boolean;
  /** The failed attempt beside a stale value, if there was one. */
  readonly lastAttempt?: { readonly state: FailureState; readonly at: string };
  /** Of `billing` alone: who said which billing customer this is. */
  readonly resolver?: LinkResolverName;
}
