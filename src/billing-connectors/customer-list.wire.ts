import { isUUID } from 'class-validator';
import { isEmpty, isObject, type JsonObject, number, text } from '../json/json.ts';

/**
 * The distinct ids, in lower case, of the listed customers with exactly this `external_id`. It does not trust the
 * platform's own filter.
 * @returns null when the body is no list of customers, a match has no id, or there may be more matches on the next page
 * @throws InexactNumberError when an `external_id` is a number that is not known exactly
 */
export function readCustomerIds(body: unknown, externalId: string): readonly string[] | null {
  if (!isObject(body)) return null;
  const customers = listOf(body);
  if (!customers?.every(isObject)) return null;
  const matching = customers.filter((customer) => text(customer.external_id) === externalId);
  const ids = [...new Set(matching.map(({ id }) => (typeof id === 'string' ? id.toLowerCase() : '')))];
  if (!ids.every((id) => isUUID(id, 'loose'))) return null;
  // Two matches are ambiguous, whatever follows. One match, or none, counts only in a complete list.
  return ids.length > 1 || !goesOn(body, customers.length) ? ids : null;
}

/** The documentation says `data`, newer lists and the vendor's own client `results`. Null when there is neither. */
function listOf({ data, results }: JsonObject): readonly unknown[] | null {
  const forms = [data, results].filter((form) => form !== undefined && form !== null);
  return forms.length > 0 && forms.every(Array.isArray) ? forms.flat() : null;
}

function goesOn(body: JsonObject, listed: number): boolean {
  const paging = [body.next, body.previous, body.next_cursor, body.has_more];
  if (paging.some((value) => !isEmpty(value) && value !== false)) return true;
  return !isEmpty(body.total_count) && (number(body.total_count) ?? Infinity) > listed;
}
