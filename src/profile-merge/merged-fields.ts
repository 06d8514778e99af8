import { type ConnectorReference } from '../billing-connectors/connector.ts';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { type MergedField } from '../config/merge-policy/merge-policy.ts';
import { type PostalAddress } from '../reseller-customers/reseller-account.schema.ts';
import { type ResellerCustomer } from '../reseller-customers/reseller-customer.ts';
import { sameName } from './matching/company-name.ts';
import { sameEmail } from './matching/email-address.ts';
import { isBlank, sameAddress, samePhoneNumber } from './matching/normalise.ts';
import { type ConnectorPart, type ProfileParts } from './profile-parts.ts';

/** The sources that can have a value for a merged field. */
export const FIELD_SOURCES = ['reseller', ...CONNECTOR_NAMES] as const;
export type FieldSource = (typeof FIELD_SOURCES)[number];

/** The values a merged field can have. */
export interface FieldValues {
  readonly name: string;
  readonly email: string;
  readonly phoneNumber: string;
  readonly address: PostalAddress;
}

interface FieldReader<Value> {
  readonly fromReseller: (customer: ResellerCustomer) => Value | null;
  readonly fromConnector: (reference: ConnectorReference) => Value | null;
  /** Whether two values mean the same. Only different values are a conflict. */
  readonly same: (one: Value, other: Value) => boolean;
}

/** How to read a merged field from each source, and when two values are the same. */
const READERS: { readonly [Field in MergedField]: FieldReader<FieldValues[Field]> } = {
  name: {
    fromReseller: ({ companyName }) => companyName,
    fromConnector: ({ customerName }) => customerName,
    same: sameName,
  },
  email: {
    fromReseller: ({ account }) => account.contacts.map(({ email }) => email).find(isPresent) ?? null,
    fromConnector: ({ email }) => email,
    same: sameEmail,
  },
  phoneNumber: {
    fromReseller: ({ phoneNumber, account }) =>
      [phoneNumber, ...account.contacts.map((contact) => contact.phoneNumber)].find(isPresent) ?? null,
    fromConnector: () => null,
    same: samePhoneNumber,
  },
  address: {
    fromReseller: ({ address }) => address,
    fromConnector: () => null,
    same: sameAddress,
  },
};

/** A value and the source that has it. */
export interface Candidate<Value> {
  readonly source: FieldSource;
  readonly value: Value;
}

/** The values of a field among these sources, in their order, without sources whose value is absent or shows nothing to a reader. */
export function candidatesOf<Field extends MergedField>(
  field: Field,
  sources: readonly FieldSource[],
  parts: ProfileParts,
): readonly Candidate<FieldValues[Field]>[] {
  return sources.flatMap((source) => {
    const value = valueFrom(READERS[field], source, parts);
    return isPresent(value) ? [{ source, value }] : [];
  });
}

/** Whether two values of a field mean the same. */
export function sameValue<Field extends MergedField>(
  field: Field,
  one: FieldValues[Field],
  other: FieldValues[Field],
): boolean {
  return READERS[field].same(one, other);
}

/** Whether the value is neither absent nor a text that shows nothing to a reader. */
function isPresent<Value>(value: Value | null): value is Value {
  return value !== null && !(typeof value === 'string' && isBlank(value));
}

function valueFrom<Value>(reader: FieldReader<Value>, source: FieldSource, parts: ProfileParts): Value | null {
  if (source === 'reseller') return parts.reseller?.value ? reader.fromReseller(parts.reseller.value) : null;
  const part: ConnectorPart | undefined = parts[source];
  return part?.value ? reader.fromConnector(part.value) : null;
}
