import { isUUID } from 'class-validator';
import { isObject, type JsonObject, text } from '../json/json.ts';

/**
 * The lower-case ids, each once, of the listed customers whose `external_id` is exactly this one. It does not trust the
 * platform's own filter.
 * @returns null when the body is no list of customers, a match has no id, or the next page may have more matches
 */
export function readCustomerIds(body: unknown, externalId: string): readonly string[] | null {
  const customers = listOf(body);
  if (!customers?.every(isObject)) return null;
  const matching = customers.filter((customer) => text(customer.external_id) === externalId);
  const ids = [...new Set(matching.map(({ id }) => (typeof id === 'string' ? id.toLowerCase() : '')))];
  if (!ids.every((id) => isUUID(id, 'loose'))) return null;
  const isFiltered = matching.length === customers.length;
  // A page of other customers: the matches may be on the next one.
  return isFiltered || ids.length > 1 || !goesOn(body) ? ids : null;
}

/** The documentation says `data`, the vendor's own client reads `results`. */
function listOf(body: unknown): readonly unknown[] | null {
  if (!isObject(body)) return null;
  const list = body.data ?? body.results;
  return Array.isArray(list) ? list : null;
}

function goesOn(body: unknown): boolean {
  const { next, next_cursor: cursor, has_more: more } = body as JsonObject;
  return [next, cursor, more].some((mark) => mark !== undefined && mark !== null && mark !== '' && mark !== false);
}
