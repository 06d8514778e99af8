import { isoInstant } from '../../config/iso-dates.ts';
import { type SourceName } from '../../config/source-names.ts';

/**
 * The types of events. `added`: content is known for the first time, or again. `changed`: readers get other content.
 * `removed`: the reseller customers API no longer knows the customer. `link_changed`: the stored link is another one, or
 * none. `policy_changed`: the merge policy has changed, so any profile may differ. `erased`: forget the customer.
 */
export const CHANGE_TYPES = ['added', 'changed', 'removed', 'link_changed', 'policy_changed', 'erased'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** The members of a profile that an event may name. */
export const CHANGED_FIELDS = [
  'billingCustomerId',
  'name',
  'email',
  'phoneNumber',
  'address',
  'account',
  'connectors',
  'conflicts',
  'identity',
  'complete',
] as const;
export type ChangedField = (typeof CHANGED_FIELDS)[number];

/** An event as it is stored; its position in the feed is its id. It holds no value of a profile. */
export interface StoredChange {
  readonly type: ChangeType;
  /** null: every customer of the organisation. */
  readonly customerId: string | null;
  readonly billingCustomerId: string | null;
  readonly fields: readonly ChangedField[];
  readonly sources: readonly SourceName[];
  /** The entity tag of the profile of the stored link; null when there is none to name. */
  readonly etag: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** An event that names nothing but its customer. */
export function plainChange(type: ChangeType, customerId: string | null, at: number): StoredChange {
  const nothing = { billingCustomerId: null, fields: [], sources: [], etag: null };
  return { type, customerId, ...nothing, at: isoInstant(at) };
}
