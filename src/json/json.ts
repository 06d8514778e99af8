import { parse } from 'secure-json-parse';
import { exactNumber, INEXACT_NUMBER, InexactNumberError } from './exact-number.ts';
import { markInexactNumbers } from './inexact-numbers.ts';
import { VISIBLE } from './visible.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses bytes from outside. It drops keys that could change a prototype. A number that would be rounded becomes
 * INEXACT_NUMBER.
 * @returns undefined when the bytes are not one JSON text in UTF-8
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return parse(markInexactNumbers(text), null, { protoAction: 'remove', constructorAction: 'remove' }) as unknown;
  } catch {
    return undefined; // The error's message would quote the body.
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value, or an empty object when it is not an object. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/**
 * The value as text; null when it is absent, not a text, or shows nothing to a reader. A number becomes its digits.
 * @throws InexactNumberError when the digits are lost
 */
export function text(value: unknown): string | null {
  if (value === INEXACT_NUMBER) throw new InexactNumberError();
  if (Number.isFinite(value)) return String(value);
  return typeof value === 'string' && !isEmpty(value) ? value : null;
}

/**
 * The value as a number, even when sent as text; null when it is absent or not a number.
 * @throws InexactNumberError when it would be rounded
 */
export function number(value: unknown): number | null {
  const read = typeof value === 'string' && value !== INEXACT_NUMBER ? exactNumber(value.trim()) : value;
  if (read === INEXACT_NUMBER) throw new InexactNumberError();
  return typeof read === 'number' ? read : null;
}

/** Whether the value is absent, null, or a text that shows nothing to a reader. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && !VISIBLE.test(value));
}

/** The value as a flag; null when it is neither true nor false, nor one of these as text. */
export function flag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : null;
}

/** The value as a list. A single value becomes a list of one, an absent value an empty list. */
export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isEmpty(value) ? [] : [value];
}

/** The objects of a list, without empty ones, which say nothing. */
export function objects(value: unknown): readonly JsonObject[] {
  return list(value).filter((item): item is JsonObject => isObject(item) && Object.keys(item).length > 0);
}

/** The texts of a list. */
export function texts(value: unknown): readonly string[] {
  return list(value)
    .map(text)
    .filter((item) => item !== null);
}
