import { isEmpty, isObject, type JsonObject, object } from '../../json/json.ts';

/** `unreadable_value`: the value has the right type, but cannot be read. */
export const DRIFT_KINDS = [
  'unknown_field',
  'unexpected_type',
  'unknown_value',
  'unreadable_value',
  'unknown_status',
] as const;

/** A deviation of an answer from its documentation: the field's path without list positions, never its value. */
export interface DriftFinding {
  readonly field: string;
  readonly kind: (typeof DRIFT_KINDS)[number];
}

/**
 * The documented form of a field. `values`: a text of a list that may grow. `matches`: a text in this form. `reads`: a text
 * that this function can read; it returns null for others. `anything`: not inspected.
 */
export type Documented =
  'string' | 'boolean' | 'number' | 'anything' | DocumentedText | { readonly list: Documented } | DocumentedObject;

type DocumentedText =
  | { readonly values: ReadonlySet<string> }
  | { readonly matches: RegExp }
  | { readonly reads: (value: string) => unknown };

/**
 * `needs`: the field that the object must have; as an item of a list it is never empty. `orText`: one of these texts may
 * replace the object. `orListOfOne`: the object may also be the only item of a list.
 */
export interface DocumentedObject {
  readonly fields: Readonly<Record<string, Documented>>;
  readonly needs?: string;
  readonly orText?: ReadonlySet<string>;
  readonly orListOfOne?: boolean;
}

const MAX_KEYS = 200;
const MAX_ITEMS = 100;
const MAX_FINDINGS = 1000;

type Add = (field: string, kind: DriftFinding['kind']) => void;

/**
 * Finds undocumented fields, types and values, each once. An empty field (null, "", absent) is not drift, nor is an empty
 * item of a list, unless its object needs a field. Pure. The documented fields, 200 keys per object and 100 items per list
 * bound the work, however large or deep the body is.
 */
export function findDrift(body: unknown, documented: DocumentedObject): readonly DriftFinding[] {
  const found = new Map<string, DriftFinding>();
  inspectFields(object(body), documented, '', (field, kind) => {
    if (found.size < MAX_FINDINGS) found.set(`${kind} ${field}`, { field, kind });
  });
  return [...found.values()];
}

function inspectFields(value: JsonObject, { fields, needs }: DocumentedObject, name: string, add: Add): void {
  const prefix = name === '' ? '' : `${name}.`;
  if (needs !== undefined && isEmpty(value[needs])) add(name, 'unreadable_value');
  for (const [field, documented] of Object.entries(fields)) inspect(value[field], documented, prefix + field, add);
  for (const field of Object.keys(value).slice(0, MAX_KEYS))
    if (!Object.hasOwn(fields, field)) add(prefix + field, 'unknown_field');
}

function inspect(value: unknown, documented: Documented, field: string, add: Add): void {
  if (isEmpty(value) || documented === 'anything') return;
  if (typeof documented === 'string') {
    if (typeof value !== documented) add(field, 'unexpected_type');
  } else if ('list' in documented) {
    if (!Array.isArray(value)) add(field, 'unexpected_type');
    else inspectItems(value, documented.list, field, add);
  } else if ('fields' in documented) inspectObject(value, documented, field, add);
  else inspectText(value, documented, field, add);
}

function inspectObject(value: unknown, documented: DocumentedObject, field: string, add: Add): void {
  const { orText, orListOfOne } = documented;
  if (isObject(value)) inspectFields(value, documented, field, add);
  else if (orListOfOne && Array.isArray(value)) {
    if (value.length > 1) add(field, 'unexpected_type');
    inspectItems(value, { ...documented, orListOfOne: false }, field, add);
  } else if (orText) inspectText(value, { values: orText }, field, add);
  else add(field, 'unexpected_type');
}

function inspectItems(items: readonly unknown[], documented: Documented, field: string, add: Add): void {
  const needs = typeof documented === 'object' && 'fields' in documented && documented.needs !== undefined;
  for (const item of items.slice(0, MAX_ITEMS)) {
    if (needs && isEmpty(item)) add(field, 'unreadable_value');
    else inspect(item, documented, field, add);
  }
}

function inspectText(value: unknown, documented: DocumentedText, field: string, add: Add): void {
  if (typeof value !== 'string') add(field, 'unexpected_type');
  else if ('reads' in documented) {
    if (documented.reads(value) === null) add(field, 'unreadable_value');
  } else if (!('values' in documented ? documented.values.has(value) : documented.matches.test(value)))
    add(field, 'unknown_value');
}
