import { CONNECTOR_NAMES } from '../../config/connector-names.ts';
import { INNER_FIELDS, Profile } from '../../profile-merge/profile.schema.ts';

const TOP = Object.keys(Profile.properties).filter((name) => name !== 'provenance');

/** The inner fields that may be named after a dot. */
const INNER: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['connectors', CONNECTOR_NAMES],
  ...Object.entries(INNER_FIELDS),
]);

/** Everything that `fields` may name. */
export const FIELD_NAMES = [...TOP, ...[...INNER].flatMap(([top, names]) => names.map((name) => `${top}.${name}`))] as [
  string,
  ...string[],
];
/** Maximum number of names in `fields`. */
export const MAX_FIELDS = 64;

/** The form of a list of names. */
export const FIELDS = new RegExp(
  `^[A-Za-z]+(?:\\.[A-Za-z\\d]+)?(?:,[A-Za-z]+(?:\\.[A-Za-z\\d]+)?){0,${MAX_FIELDS - 1}}$`,
);
export const FIELD_RULE = `must be a comma-separated list of: ${TOP.join(', ')}; or connectors.<name>, account.<field>, address.<field>`;

export function isField(field: string): boolean {
  return FIELD_NAMES.includes(field);
}

/**
 * The issue of a list with unknown fields: their places, because an error repeats no input, and the allowed fields. null:
 * all are known.
 */
export function fieldsIssue(fields: readonly string[]): string | null {
  const unknown = fields.filter((field) => !isField(field));
  if (unknown.length === 0) return null;
  const places = fields.flatMap((field, index) => (isField(field) ? [] : [index + 1]));
  const inner = [...INNER].filter(([top]) => unknown.some((field) => field.startsWith(`${top}.`)));
  const allowed = inner.map(([top, names]) => `; ${top} has: ${names.join(', ')}`).join('');
  return `no field: name ${places.join(', ')} of the list; ${FIELD_RULE}${allowed}`;
}

/**
 * The record with only these fields. `customerId` and `complete` are always there; `provenance`, where the record has it,
 * is limited to these fields, too.
 * @param fields names of the record's members, or `connectors.<name>`, `account.<field>`, `address.<field>`
 */
export function selectFields(profile: Profile, fields: readonly string[]): Partial<Profile> {
  const kept = Object.entries(profile).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'customerId' || name === 'complete' || fields.includes(name)) return [[name, value] as const];
    if (name === 'provenance') return [[name, selectInner(value, fields.map(outermost))] as const];
    const inner = fields.filter((field) => field.startsWith(`${name}.`)).map((field) => field.slice(name.length + 1));
    return inner.length === 0 ? [] : [[name, selectInner(value, inner)] as const];
  });
  return Object.fromEntries(kept);
}

const outermost = (field: string): string => field.split('.')[0] ?? field;

function selectInner(value: unknown, inner: readonly string[]): unknown {
  if (Array.isArray(value)) return (value as { name: string }[]).filter(({ name }) => inner.includes(name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => inner.includes(name)));
}
