import { isObject, type JsonObject, text } from '../json/json.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The lower-case ids, each once, of the listed customers whose `external_id` is exactly this one: the platform's own
 * filter is not taken on trust.
 * @returns null when the body is no list of customers, one that matches has no id, or more may match than are listed
 */
export function readCustomerIds(body: unknown, externalId: string): readonly string[] | null {
  const customers = listOf(body);
  if (!customers?.every(isObject)) return null;
  const matching = customers.filter((customer) => text(customer.external_id) === externalId);
  const ids = [...new Set(matching.map(({ id }) => (typeof id === 'string' ? id.toLowerCase() : '')))];
  if (!ids.every((id) => UUID.test(id))) return null;
  const isFiltered = matching.length === customers.length;
  // A page of customers that nobody asked for: those asked for may be on the next.
  return isFiltered || ids.length > 1 || !goesOn(body) ? ids : null;
}

/** Under `data` by the documentation, under `results` by the vendor's own client. */
function listOf(body: unknown): readonly unknown[] | null {
  if (!isObject(body)) return null;
  const list = body.data ?? body.results;
  return Array.isArray(list) ? list : null;
}

function goesOn(body: unknown): boolean {
  const { next, next_cursor: cursor, has_more: more } = body as JsonObject;
  return [next, cursor, more].some((mark) => mark !== undefined && mark !== null && mark !== '' && mark !== false);
}
