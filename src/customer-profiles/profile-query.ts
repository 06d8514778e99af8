import { type ConnectorName } from '../config/connector-names.ts';
import { type MergePolicy } from '../config/merge-policy.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Demand } from '../profile-cache/demand.ts';
import { type Deadline } from '../upstream/deadline.ts';
import { type ProfileParts, type SourceName } from './profile-parts.ts';

/** One read, checked and complete. */
export interface ProfileQuery {
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
  readonly view: ProfileView;
  readonly requestId: string;
  /** The caller's time, which also ends when the caller leaves; made when first needed. */
  readonly deadline: () => Deadline;
}

/** What an answer shows of a profile. */
export interface ProfileView {
  /** The whole record of all configured sources, which is kept ready to be sent. */
  readonly isWhole: boolean;
  /** @throws Problem when what is to be shown is not there */
  show(query: ProfileQuery, parts: ProfileParts, now: number, policy: MergePolicy): unknown;
}

/** In the order of the record. */
export function sourcesOf({ reseller, connectors }: ProfileQuery): readonly SourceName[] {
  return [...(reseller ? (['reseller'] as const) : []), 'billing', ...connectors];
}
