import { isUUID } from 'class-validator';
import { CONNECTOR_NAMES, type ConnectorName } from '../config/connector-names.ts';
import { isEmpty, isObject, type JsonObject, text } from '../json/json.ts';
import { type ConnectorState } from './connector.ts';

type RefusalState = Extract<ConnectorState, 'not_linked' | 'integration_removed' | 'customer_unknown'>;

/** The documented 400s that are definite. Only their sentences differ; any other sentence is a failure. */
const DEFINITE_400: readonly (readonly [sentence: RegExp, state: RefusalState])[] = [
  [/^no integration found\b/i, 'not_linked'],
  // The documentation words this answer differently in its list and in its example.
  [/^(?:the requested )?integration (?:is )?no longer available\b/i, 'integration_removed'],
];
const CUSTOMER_NOT_FOUND = /^customer not found\.?$/i;
/** A word in quotes or square, curly or angle brackets. */
const ENCLOSED = /[\p{Quotation_Mark}`[{<]\s*([\w-]+)\.?\s*[\p{Quotation_Mark}`\]}>]/gu;
/** The word after "for connector", with any punctuation around it. */
const FOR_CONNECTOR = /\bfor (?:the )?connector\b[\s:=\p{Pd}]*[\p{Ps}\p{Quotation_Mark}`<*]*\s*([\p{L}\d][\w-]*)/gu;
/** The fields of a refusal that may name its connector. Only `connector_name` is documented, for a 200. */
const NAMING_FIELD = /^(?:connector|integration)[_-]?(?:name|type|key)?$/i;

const CUSTOMER_FIELD = /^customer[_-]?id$/i;

/** @returns null when a 400 or 404 with this body is not definite */
export function readRefusal(status: number, body: unknown): RefusalState | null {
  if (!isObject(body)) return null;
  const state = sentenceState(status, body.message);
  return body.error_code === (status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST') ? state : null;
}

/** The state that the sentence of a refusal means. It ignores the error_code. */
export function sentenceState(status: number, message: unknown): RefusalState | null {
  if (typeof message !== 'string') return null;
  const sentence = message.trim();
  if (status === 404) return CUSTOMER_NOT_FOUND.test(sentence) ? 'customer_unknown' : null;
  return status === 400 ? (DEFINITE_400.find(([prefix]) => prefix.test(sentence))?.[1] ?? null) : null;
}

/** Whether a refusal names another connector than this one, in a field, in a field of an inner object, or in its sentence. */
export function namesAnother(body: unknown, name: ConnectorName): boolean {
  if (!isObject(body)) return false;
  const named = [body, ...Object.values(body).filter(isObject)].flatMap(namedByFields);
  return [...named, ...namedBySentence(body.message)].some((other) => other !== name);
}

/** Whether a refusal has the UUID of another customer, in a field or in a field of an inner object. Ids of other kinds are not compared. */
export function namesAnotherCustomer(body: unknown, billingCustomerId: string): boolean {
  if (!isObject(body)) return false;
  const fields = [body, ...Object.values(body).filter(isObject)].flatMap(Object.entries<unknown>);
  return fields.some(
    ([field, id]) =>
      CUSTOMER_FIELD.test(field) && isUUID(id, 'loose') && String(id).toLowerCase() !== billingCustomerId,
  );
}

/** @returns the names; null for a name that cannot be read */
function namedByFields(object: JsonObject): readonly (string | null)[] {
  return Object.entries(object)
    .filter(([field, value]) => NAMING_FIELD.test(field) && !isEmpty(value))
    .map(
      ([, value]) =>
        text(isObject(value) ? value.name : value)
          ?.trim()
          .toLowerCase() ?? null,
    );
}

function namedBySentence(message: unknown): readonly string[] {
  if (typeof message !== 'string') return [];
  const sentence = message.toLowerCase();
  const words = sentence.split(/[^\w-]/);
  const named = [...sentence.matchAll(ENCLOSED), ...sentence.matchAll(FOR_CONNECTOR)].map(([, word]) => String(word));
  return [...named, ...CONNECTOR_NAMES.filter((other) => words.includes(other))];
}
