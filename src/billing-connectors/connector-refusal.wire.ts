import { CONNECTOR_NAMES, type ConnectorName } from '../config/connector-names.ts';
import { isEmpty, isObject, text } from '../json/json.ts';
import { type ConnectorState } from './connector.ts';

type RefusalState = Extract<ConnectorState, 'not_linked' | 'integration_removed' | 'customer_unknown'>;

/** The documented 400s that are definite. Only their sentences differ; any other sentence is a failure. */
const DEFINITE_400: readonly (readonly [sentence: RegExp, state: RefusalState])[] = [
  [/^no integration found\b/i, 'not_linked'],
  // The page lists this answer in other words than its example has.
  [/^(?:the requested )?integration (?:is )?no longer available\b/i, 'integration_removed'],
];
const CUSTOMER_NOT_FOUND = /^customer not found\.?$/i;
/** A word in quotes, or the word after "for connector". */
const NAMED = /[\p{Quotation_Mark}`]\s*([\w-]+)\.?\s*[\p{Quotation_Mark}`]|\bfor (?:the )?connector:?\s+([\w-]+)/giu;

/** @returns null when a 400 or 404 with this body is not definite */
export function readRefusal(status: number, body: unknown): RefusalState | null {
  if (!isObject(body)) return null;
  const state = sentenceState(status, body.message);
  return body.error_code === (status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST') ? state : null;
}

/** What the sentence of a refusal says, whatever its error_code is. */
export function sentenceState(status: number, message: unknown): RefusalState | null {
  const sentence = typeof message === 'string' ? message.trim() : '';
  if (status === 404) return CUSTOMER_NOT_FOUND.test(sentence) ? 'customer_unknown' : null;
  return status === 400 ? (DEFINITE_400.find(([prefix]) => prefix.test(sentence))?.[1] ?? null) : null;
}

/** Whether a refusal is about another connector than this one. */
export function namesAnother(body: unknown, name: ConnectorName): boolean {
  if (!isObject(body)) return false;
  if (!isEmpty(body.connector_name) && text(body.connector_name)?.toLowerCase() !== name) return true;
  const sentence = typeof body.message === 'string' ? body.message.toLowerCase() : '';
  const named = [...sentence.matchAll(NAMED)].map(([, quoted, plain]) => quoted ?? plain);
  const words = sentence.split(/[^\w-]+/);
  return [...named, ...CONNECTOR_NAMES.filter((other) => words.includes(other))].some((other) => other !== name);
}
