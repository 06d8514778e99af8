import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { Profile } from '../profile-merge/profile.schema.ts';

const TOP = Object.keys(Profile.properties).filter((name) => name !== 'provenance');

/** The inner fields that may be named after a dot. */
const INNER: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['connectors', CONNECTOR_NAMES],
  [
    'account',
    Object.keys({
      externalReferenceId: true, resellerId: true, status: true, globalSalesEnabled: true, preferredLanguage: true,
      marketSegment: true, marketSubSegments: true, contacts: true, discounts: true, benefits: true,
      largeGovernmentAgency: true, linkedMembership: true, otherLinkedMemberships: true, tags: true, cotermDate: true, createdAt: true,
    } satisfies Members<'account'>),
  ],
  [
    'address',
    Object.keys({
      country: true, region: true, city: true, addressLine1: true, addressLine2: true, postalCode: true,
    } satisfies Members<'address'>),
  ],
]); // prettier-ignore

type Members<Field extends 'account' | 'address'> = Record<keyof NonNullable<Profile[Field]>, true>;

/** Names of the record's fields, a connector or a part of address and account behind a dot. */
export const FIELDS = /^[A-Za-z]+(?:\.[A-Za-z\d]+)?(?:,[A-Za-z]+(?:\.[A-Za-z\d]+)?){0,63}$/;
export const FIELD_RULE = `must be a comma-separated list of: ${TOP.join(', ')}; or connectors.<name>, account.<field>, address.<field>`;

export function isField(field: string): boolean {
  const [top = '', inner] = field.split('.');
  return inner === undefined ? TOP.includes(top) : (INNER.get(top)?.includes(inner) ?? false);
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
