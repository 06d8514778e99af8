import { type ConnectorName } from '../config/connector-names.ts';
import { isEmpty, isObject, text } from '../json/json.ts';
import { type ConnectorAnswer } from './connector.ts';

/**
 * @returns null when the body is not this connector's details
 * @throws InexactNumberError when it reads a number that is not known exactly
 */
export function readConnector(body: unknown, name: ConnectorName): ConnectorAnswer | null {
  if (!isObject(body) || text(body.connector_name)?.toLowerCase() !== name) return null;
  const referenceId = text(body.reference_id);
  // There is an id, though an unreadable one: `linked_no_reference` would be wrong.
  if (referenceId === null && !isEmpty(body.reference_id)) return null;
  return {
    state: referenceId === null ? 'linked_no_reference' : 'linked',
    reference: { referenceId, customerName: text(body.customer_name), email: text(body.email) },
  };
}
