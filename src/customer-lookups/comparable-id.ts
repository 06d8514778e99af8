import { type ConnectorName } from '../config/connector-names.ts';
import { salesforceId } from './salesforce-id.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const exact = (id: string): string => id;
/** A UUID in small letters (RFC 9562, section 4); any other id as it is. */
const uuid = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);

/** When two ids are one, as the system that gave them says (docs/look-ups.md). */
const RULES: Readonly<Record<ConnectorName, (id: string) => string>> = {
  stripe: exact,
  adyen: exact,
  quickbooks: exact,
  xero: uuid,
  zoho: exact,
  netsuite: exact,
  avalara: exact,
  anrok: uuid,
  salesforce: salesforceId,
  hubspot: exact,
  dealhub: uuid,
};

/**
 * The form of an id by which ids of a system are compared: two of them are one customer's when their forms are equal.
 * @param system a connector; `billing`, whose ids are UUIDs; or any other, where all but surrounding spaces count
 */
export function comparableId(system: string, id: string): string {
  const trimmed = id.trim();
  if (system === 'billing') return uuid(trimmed);
  return Object.hasOwn(RULES, system) ? RULES[system as ConnectorName](trimmed) : trimmed;
}
