import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { type Profile } from '../profile-merge/profile.ts';

const TOP: readonly string[] = [
  'customerId', 'billingCustomerId', 'name', 'email', 'phoneNumber', 'address', 'account', 'connectors', 'conflicts',
  'identity', 'sources', 'complete',
] satisfies (keyof Profile)[]; // prettier-ignore

/** Names of the record's fields, a connector or a part of address and account behind a dot. */
export const FIELDS = /^[A-Za-z]+(?:\.[A-Za-z]+)?(?:,[A-Za-z]+(?:\.[A-Za-z]+)?){0,63}$/;
export const FIELD_RULE = `must be a comma-separated list of: ${TOP.join(', ')}; or connectors.<name>, account.<field>, address.<field>`;

export function isField(field: string): boolean {
  const [top = '', inner] = field.split('.');
  if (inner === undefined) return TOP.includes(top);
  if (top === 'connectors') return CONNECTOR_NAMES.some((name) => name === inner);
  return top === 'account' || top === 'address';
}

/**
 * The record cut down to some fields; `customerId` and `complete` are always there, and of `provenance`, where the record
 * has it, what belongs to those fields.
 * @param fields each one of the record's, or `connectors.<name>`, `account.<field>`, `address.<field>`
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
