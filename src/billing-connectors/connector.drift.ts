import { type DriftFinding, findDrift, type DocumentedObject } from '../upstream/drift.ts';
import { isObject, text } from '../json/json.ts';
import { type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { readRefusal } from './connector.wire.ts';

/** @see the billing connectors API: a connector's details */
const DETAILS: DocumentedObject = {
  fields: { connector_name: 'string', customer_name: 'string', reference_id: 'string', email: 'string' },
};

/** The one documented 400 that is not definite. */
const GENERAL_FAILURE = 'an error occurred while processing your request';

/** The drift of a connector's answer: fields of a 2xx, the sentence of a 400. */
export function connectorDrift({ status, body }: UpstreamAnswer): readonly DriftFinding[] {
  if (status < 300) return findDrift(body, DETAILS);
  const sentence = status === 400 && isObject(body) ? text(body.message)?.trim().toLowerCase() : undefined;
  if (sentence === undefined || sentence.startsWith(GENERAL_FAILURE) || readRefusal(status, body)) return [];
  return [{ field: 'message', kind: 'unknown_value' }];
}
