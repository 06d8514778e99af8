import { type ConnectorName } from '../config/connector-names.ts';
import { withoutInvisibleEnds } from '../json/visible.ts';
import { salesforceId } from './salesforce-id.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const DIGITS = `([\\da-f]{32}|${UUID.source.slice(1, -1)})`;
const BARE = new RegExp(`^${DIGITS}$`, 'i');
const BRACED = new RegExp(`^\\{${DIGITS}\\}$`, 'i');
const URN = new RegExp(`^urn:uuid:${DIGITS}$`, 'i');

const exact = (id: string): string => id;
/** A UUID in lower case (RFC 9562, section 4); any other id unchanged. */
const uuid = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);
/** A UUID in lower case, also one written without hyphens, in braces, or as a URN (RFC 9562, section 4). */
const uuidInAnyForm = (id: string): string => {
  const digits = (BARE.exec(id) ?? BRACED.exec(id) ?? URN.exec(id))?.[1]?.replaceAll('-', '');
  return digits === undefined ? id : digits.toLowerCase().replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** The form in which each system compares its ids (docs/look-ups.md). */
const RULES: Readonly<Record<ConnectorName, (id: string) => string>> = {
  stripe: exact,
  adyen: exact,
  quickbooks: exact,
  xero: uuidInAnyForm,
  zoho: exact,
  netsuite: exact,
  avalara: exact,
  anrok: uuid,
  salesforce: salesforceId,
  hubspot: exact,
  dealhub: uuid,
};

/**
 * The form in which ids of a system are compared: two ids with equal forms belong to one customer.
 * @param system a connector; `billing`, whose ids are UUIDs; or any other, where only spaces and invisible characters
 * around the id are ignored
 */
export function comparableId(system: string, id: string): string {
  const trimmed = withoutInvisibleEnds(id);
  if (system === 'billing') return uuid(trimmed);
  return Object.hasOwn(RULES, system) ? RULES[system as ConnectorName](trimmed) : trimmed;
}
