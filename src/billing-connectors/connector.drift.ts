import { isEmpty, isObject } from '../json/json.ts';
import { type DocumentedObject, type DriftFinding, findDrift } from '../upstream/drift/find-drift.ts';
import { type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { readRefusal, sentenceState } from './connector-refusal.wire.ts';

/** @see the billing connectors API: a connector's details */
const DETAILS: DocumentedObject = {
  fields: { connector_name: 'string', customer_name: 'string', reference_id: 'string', email: 'string' },
};

/** The one documented 400 that is not definite, in both of its wordings. */
const GENERAL_FAILURE = /^(?:an error occurred while processing your request|general processing error)\b/i;

/** The drift of a connector's answer: fields of a 200, sentence and code of a 400. */
export function connectorDrift({ status, body }: UpstreamAnswer): readonly DriftFinding[] {
  if (status < 300) return findDrift(body, DETAILS);
  if (status !== 400 || !isObject(body) || isEmpty(body.message) || readRefusal(status, body)) return [];
  if (typeof body.message === 'string' && GENERAL_FAILURE.test(body.message.trim())) return [];
  const isKnown = sentenceState(status, body.message) !== null;
  return [{ field: isKnown ? 'error_code' : 'message', kind: 'unknown_value' }];
}
