import { isObject, text } from '../json/json.ts';
import { BILLING_CUSTOMER_ID } from './link-input.ts';

/** The explicit link of a reseller customer to a billing customer. Instants are ISO 8601 with Z. */
export interface CustomerLink {
  readonly customerId: string;
  /** Lower-case UUID. */
  readonly billingCustomerId: string;
  readonly linkedAt: string;
  /** The caller who stored it; null where that is not known. */
  readonly linkedBy: string | null;
  /** What the link said before, newest first, at most a hundred. */
  readonly history: readonly LinkHistoryEntry[];
}

/** What a link said before it was replaced or removed, and who did which. */
export interface LinkHistoryEntry {
  readonly billingCustomerId: string;
  readonly linkedAt: string;
  readonly linkedBy: string | null;
  readonly endedAt: string;
  readonly endedBy: string | null;
}

/** A link with what its strong ETag is made of: a number that every change counts up. */
export interface VersionedLink {
  readonly link: CustomerLink;
  readonly version: string;
}

/** A link as lists and exports show it: without its history. */
export type ListedLink = Omit<CustomerLink, 'history'>;

/** The fields of a link's hash, in the order in which `readLink` takes them. */
export const LINK_FIELDS = ['billingCustomerId', 'linkedAt', 'linkedBy', 'version', 'history'] as const;

/**
 * @returns null when there is no link
 * @throws Error when this is neither a link nor the absence of one
 */
export function readLink(customerId: string, fields: unknown): VersionedLink | null {
  if (!Array.isArray(fields) || fields.length !== LINK_FIELDS.length) throw new Error('the answer is not a link');
  const [billingCustomerId, linkedAt, linkedBy, version, history] = fields as (string | null)[];
  if (billingCustomerId == null) return null;
  if (!BILLING_CUSTOMER_ID.test(billingCustomerId)) throw new Error('the stored link is not a billing customer id');
  const link = {
    customerId,
    billingCustomerId,
    linkedAt: linkedAt ?? '',
    linkedBy: linkedBy ?? null,
    history: readHistory(history),
  };
  return { link, version: version ?? '0' };
}

function readHistory(value: string | null | undefined): LinkHistoryEntry[] {
  const entries: unknown = JSON.parse(value ?? '[]');
  return Array.isArray(entries) ? entries.filter(isObject).map(historyEntry) : [];
}

function historyEntry(entry: Readonly<Record<string, unknown>>): LinkHistoryEntry {
  return {
    billingCustomerId: String(entry.billingCustomerId),
    linkedAt: String(entry.linkedAt),
    linkedBy: text(entry.linkedBy),
    endedAt: String(entry.endedAt),
    endedBy: text(entry.endedBy),
  };
}
