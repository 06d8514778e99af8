import { type ConnectorName } from '../config/connector-names.ts';
import { type ConnectorReference } from '../billing-connectors/connector.ts';
import { type ResellerCustomer } from '../reseller-customers/reseller-customer.ts';
import { type MergedField } from './profile.ts';
import { sameAddress, sameEmail, sameName, samePhoneNumber } from './normalise.ts';

/** How one merged field is chosen. A value of null never beats another; an address wins or loses whole. */
export interface FieldPolicy<Value> {
  /** The order of sources; `connectors` stands for all of them in their configured order. */
  readonly sources: readonly ('reseller' | 'connectors' | ConnectorName)[];
  readonly fromReseller: (customer: ResellerCustomer) => Value | null;
  readonly fromConnector: (reference: ConnectorReference) => Value | null;
  /** Whether two values say the same; only those that do not are a conflict. */
  readonly same: (one: Value, other: Value) => boolean;
}

/** A field of some type, with the type kept inside. */
export const policy = <Value>(field: FieldPolicy<Value>): FieldPolicy<Value> => field;

/** The merge policy: which source's value a profile shows, field by field. */
export const MERGE_POLICY = {
  name: policy({
    sources: ['reseller', 'connectors'],
    fromReseller: ({ companyName }) => companyName,
    fromConnector: ({ customerName }) => customerName,
    same: sameName,
  }),
  email: policy({
    sources: ['reseller', 'connectors'],
    fromReseller: ({ account }) => account.contacts.find(({ email }) => email !== null)?.email ?? null,
    fromConnector: ({ email }) => email,
    same: sameEmail,
  }),
  phoneNumber: policy({
    sources: ['reseller'],
    fromReseller: ({ phoneNumber, account }) =>
      phoneNumber ?? account.contacts.find((contact) => contact.phoneNumber !== null)?.phoneNumber ?? null,
    fromConnector: () => null,
    same: samePhoneNumber,
  }),
  address: policy({
    sources: ['reseller'],
    fromReseller: ({ address }) => address,
    fromConnector: () => null,
    same: sameAddress,
  }),
} as const satisfies Record<MergedField, unknown>;
