import Type from 'typebox';
import {
  array,
  flag,
  maybeDate,
  maybeInstant,
  maybeText,
  object,
  orNull,
  type ReadonlyStatic,
  text,
} from '../openapi/json-schema.ts';

// prettier-ignore
export const PostalAddress = object({
  country: maybeText, region: maybeText, city: maybeText, addressLine1: maybeText, addressLine2: maybeText, postalCode: maybeText,
});
export type PostalAddress = ReadonlyStatic<typeof PostalAddress>;

const Commitment = object({
  startDate: maybeDate,
  endDate: maybeDate,
  status: maybeText,
  minimumQuantities: array(object({ offerType: maybeText, quantity: orNull(Type.Number()) })),
});
export type Commitment = ReadonlyStatic<typeof Commitment>;

const Benefit = object({
  type: text,
  status: maybeText,
  commitment: orNull(Commitment),
  commitmentRequest: orNull(Commitment),
  recommitmentRequest: orNull(Commitment),
});
export type Benefit = ReadonlyStatic<typeof Benefit>;

const LinkedMembership = object({
  id: maybeText,
  name: maybeText,
  /** STANDARD or CONSORTIUM; open-ended. */
  type: maybeText,
  /** OWNER or MEMBER; open-ended. */
  linkedMembershipType: maybeText,
  createdAt: maybeInstant,
  country: maybeText,
  benefitTypes: array(text),
});
export type LinkedMembership = ReadonlyStatic<typeof LinkedMembership>;

export const Contact = object({ firstName: maybeText, lastName: maybeText, email: maybeText, phoneNumber: maybeText });

/** The reseller's own view of a customer. */
export const ResellerAccount = object({
  externalReferenceId: maybeText,
  resellerId: maybeText,
  status: orNull(object({ code: text, label: { ...maybeText, description: 'null for an undocumented code.' } })),
  globalSalesEnabled: orNull(flag),
  preferredLanguage: maybeText,
  /** COM, EDU or GOV; open-ended. */
  marketSegment: maybeText,
  marketSubSegments: array(text),
  contacts: array(Contact),
  /** `level` is a string: levels have a leading zero. */
  discounts: array(object({ offerType: maybeText, level: maybeText, discountCode: maybeText })),
  benefits: array(Benefit),
  largeGovernmentAgency: {
    ...orNull(flag),
    description:
      'false while the upgrade is pending; null when a benefit, or its status, cannot be read, or its type is not documented.',
  },
  linkedMembership: orNull(LinkedMembership),
  otherLinkedMemberships: array(LinkedMembership, 'Empty unless the upstream sends several.'),
  tags: array(text),
  cotermDate: { ...maybeDate, description: 'null before the first order.' },
  createdAt: maybeInstant,
});
export type ResellerAccount = ReadonlyStatic<typeof ResellerAccount>;
