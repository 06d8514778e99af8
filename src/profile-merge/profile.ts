import { type CONNECTOR_CATEGORIES } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type LinkResolverName } from '../config/config.ts';
import { type MergedField } from '../config/merge-policy/merge-policy.ts';
import { type PostalAddress, type ResellerAccount } from '../reseller-customers/reseller-customer.ts';
import { type FailureState } from '../upstream/upstream-error.ts';
import { type MergeRule } from './field-choice.ts';
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
  /** Where each merged field comes from; there only with `view=provenance`. */
  readonly provenance?: Provenance;
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

/** A field for which a source has another value than the one shown, after normalising. */
export interface Conflict {
  readonly field: MergedField;
  /** null: no value is shown, as the policy leaves out every source that has one. */
  readonly winner: { readonly source: SourceName | null };
  readonly losers: readonly { readonly source: SourceName; readonly value: unknown }[];
  readonly rule: Extract<MergeRule, 'source-order' | 'group' | 'left-out'>;
}

/** By merged field; with `fields=`, only of the fields that were named. */
export type Provenance = Readonly<Record<MergedField, FieldProvenance>>;

/** Where a field's value comes from, and the rule that chose it. Instants are ISO 8601 with Z. */
export interface FieldProvenance {
  /** null: no value is shown. */
  readonly source: SourceName | null;
  /** When the source last gave a definite answer. */
  readonly fetchedAt: string | null;
  /** When the source was last asked, whatever came of it. */
  readonly checkedAt: string | null;
  /** Since when what the source says has been as it is, as far as this cache has seen. */
  readonly changedAt: string | null;
  readonly stale: boolean;
  readonly rule: MergeRule;
}

/** Whether the sources seem to speak of one company. It informs; nothing is decided by it. */
export interface Identity {
  readonly verdict: 'consistent' | 'suspicious' | 'contradictory' | 'unknown';
  /** What the verdict rests on, in words without any value: what agrees when it is `consistent`, else what differs. */
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
  /** Of `billing` alone: no link is known, as several billing customers have this customer's id as their external_id. */
  readonly ambiguous?: true;
}
