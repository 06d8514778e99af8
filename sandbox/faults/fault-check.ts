import { validateHeaderName, validateHeaderValue } from 'node:http';
import { InvalidInput, isObject } from '../invalid-input.ts';
import type { Fault } from './fault.ts';

const MAX_TIMER_MS = 2_147_483_647;

/** A field's rule: whether a value is valid, and a description of the expected value. */
interface Rule {
  readonly expected: string;
  readonly required: boolean;
  accepts(value: unknown): boolean;
}

const milliseconds = required(`a whole number from 0 to ${MAX_TIMER_MS}`, integer(0, MAX_TIMER_MS));
const httpStatus = required('a status from 200 to 599', integer(200, 599));
const headerValue = required('a valid header value', (value) => typeof value === 'string' && isHeader('x', value));
const headers = optional('an object of valid header names and text values', (value) => {
  return isObject(value) && Object.entries(value).every(([name, text]) => isHeader(name, text));
});
const names = optional('an array of field names', (value) => {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
});

const rulesOf: Readonly<Record<Fault['kind'], Readonly<Record<string, Rule>>>> = {
  delay: { delayMs: milliseconds },
  hold: {},
  hang: {},
  reset: {},
  'reset-mid-body': {},
  stall: {},
  drip: { intervalMs: milliseconds },
  status: { status: httpStatus, body: optional('anything', () => true), headers },
  body: {
    body: required('text', (value) => typeof value === 'string'),
    status: { ...httpStatus, required: false },
    contentType: { ...headerValue, required: false },
  },
  oversized: {
    bytes: required('a whole number from 16', integer(16, Number.MAX_SAFE_INTEGER)),
    gzip: optional('true or false', (value) => typeof value === 'boolean'),
  },
  redirect: { location: headerValue },
  override: { patch: required('an object', isObject), remove: names },
};

const times = optional('a whole number from 1', integer(1, Number.MAX_SAFE_INTEGER));

/**
 * A fault as it may be set; unknown fields are errors too.
 * @throws InvalidInput naming every wrong field and the value expected there
 */
export function checkFault(value: unknown): Fault {
  if (!isObject(value)) throw new InvalidInput(['a fault is a JSON object with a kind']);
  const { kind, ...fields } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(rulesOf, kind)) {
    throw new InvalidInput([`kind is unknown; allowed: ${Object.keys(rulesOf).join(', ')}`]);
  }
  const rules: Readonly<Record<string, Rule>> = { ...rulesOf[kind as Fault['kind']], times };
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(rules, name));
  const wrong = Object.entries(rules).filter(([name, rule]) => {
    return fields[name] === undefined ? rule.required : !rule.accepts(fields[name]);
  });
  const problems = [
    ...unknown.map((name) => `${name} is not a field of ${kind}`),
    ...wrong.map(([name, rule]) => `${name} must be ${rule.expected}`),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
  return value as unknown as Fault;
}

function required(expected: string, accepts: (value: unknown) => boolean): Rule {
  return { expected, required: true, accepts };
}

function optional(expected: string, accepts: (value: unknown) => boolean): Rule {
  return { expected, required: false, accepts };
}

function integer(min: number, max: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
