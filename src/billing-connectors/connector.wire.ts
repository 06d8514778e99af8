import { type ConnectorName } from '../config/connector-names.ts';
import { isObject, text } from '../json/json.ts';
import { type ConnectorAnswer } from './connector.ts';

/** The documented 400s that are definite. Only their sentences differ; any other sentence is a failure. */
const DEFINITE_400: readonly (readonly [prefix: string, state: 'not_linked' | 'integration_removed'])[] = [
  ['no integration found', 'not_linked'],
  ['the requested integration is no longer available', 'integration_removed'],
];

/** @returns null when the body is not this connector's details */
export function readConnector(body: unknown, name: ConnectorName): ConnectorAnswer | null {
  if (!isObject(body) || text(body.connector_name)?.toLowerCase() !== name) return null;
  const referenceId = text(body.reference_id);
  return {
    state: referenceId === null ? 'linked_no_reference' : 'linked',
    reference: { referenceId, customerName: text(body.customer_name), email: text(body.email) },
  };
}

/** @returns null when a 400 or 404 with this body is not definite */
export function readRefusal(status: number, body: unknown): ConnectorAnswer | null {
  if (!isObject(body)) return null;
  const sentence = text(body.message)?.trim().toLowerCase() ?? '';
  // Not by the error_code: a gateway answers NOT_FOUND to an unknown route, too.
  if (status === 404) return sentence.startsWith('customer not found') ? { state: 'customer_unknown' } : null;
  const found = status === 400 ? DEFINITE_400.find(([prefix]) => sentence.startsWith(prefix)) : undefined;
  return found ? { state: found[1] } : null;
}
