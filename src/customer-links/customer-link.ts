import { BILLING_CUSTOMER_ID } from '../customer-ids/customer-ids.ts';
import { isObject, parseJson, text } from '../json/json.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { type CustomerLink, type LinkHistoryEntry } from './customer-link.schema.ts';

/** Redis has something other than a link. A retry does not help. */
export class UnreadableLink extends RedisUnavailable {}

/** Redis has something other than a link for one customer. Other customers are not affected. */
export class DamagedLink extends UnreadableLink {}

/** The fields of a link's hash, in the order in which `readLink` takes them. */
export const LINK_FIELDS = ['billingCustomerId', 'linkedAt', 'linkedBy', 'version', 'history'] as const;

/**
 * @returns null when there is no link
 * @throws UnreadableLink when the answer is neither a link nor the absence of one; DamagedLink when the stored value is not
 * a link
 */
export function readLink(customerId: string, fields: readonly (string | null)[]): CustomerLink | null {
  if (fields.length !== LINK_FIELDS.length) throw new UnreadableLink('the answer is not a link');
  const [billingCustomerId, linkedAt, linkedBy, , history] = fields;
  if (billingCustomerId == null) return null;
  if (!BILLING_CUSTOMER_ID.test(billingCustomerId))
    throw new DamagedLink('the stored link is not a billing customer id');
  return {
    customerId,
    billingCustomerId,
    linkedAt: linkedAt ?? '',
    linkedBy: linkedBy ?? null,
    history: readHistory(history),
  };
}

function readHistory(value: string | null | undefined): LinkHistoryEntry[] {
  const entries = parseJson(Buffer.from(value ?? '[]'));
  if (entries === undefined) throw new DamagedLink('the stored history is not JSON');
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
