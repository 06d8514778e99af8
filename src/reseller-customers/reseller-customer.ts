/**
 * A customer as the reseller customers API knows it, in our words. Strings that were empty or absent upstream are null,
 * lists that were absent are [].
 */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly companyName: string | null;
  /** null: no address is known. */
  readonly address: PostalAddress | null;
  /** The one written in the address. */
  readonly phoneNumber: string | null;
  readonly account: ResellerAccount;
}

export interface PostalAddress {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly addressLine1: string | null;
  readonly addressLine2: string | null;
  readonly postalCode: string | null;
}

export interface ResellerAccount {
  readonly externalReferenceId: string | null;
  readonly resellerId: string | null;
  /** `label` is null for a code that is not documented. */
  readonly status: { readonly code: string; readonly label: string | null } | null;
  readonly globalSalesEnabled: boolean | null;
  readonly preferredLanguage: string | null;
  /** COM, EDU or GOV; open-ended. */
  readonly marketSegment: string | null;
  readonly marketSubSegments: readonly string[];
  readonly contacts: readonly Contact[];
  readonly discounts: readonly Discount[];
  readonly benefits: readonly Benefit[];
  readonly largeGovernmentAgency: boolean;
  readonly linkedMembership: LinkedMembership | null;
  readonly tags: readonly string[];
  /** YYYY-MM-DD; null before the first order. */
  readonly cotermDate: string | null;
  /** Instant, ISO 8601 with Z. */
  readonly createdAt: string | null;
}

export interface Contact {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly phoneNumber: string | null;
}

export interface Discount {
  readonly offerType: string | null;
  /** A string: levels have a leading zero. */
  readonly level: string | null;
  readonly discountCode: string | null;
}

export interface Benefit {
  readonly type: string;
  readonly status: string | null;
  readonly commitment: Commitment | null;
  readonly commitmentRequest: Commitment | null;
  readonly recommitmentRequest: Commitment | null;
}

export interface Commitment {
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly status: string | null;
  readonly minimumQuantities: readonly { readonly offerType: string | null; readonly quantity: number | null }[];
}

export interface LinkedMembership {
  readonly id: string | null;
  readonly name: string | null;
  /** STANDARD or CONSORTIUM; open-ended. */
  readonly type: string | null;
  /** OWNER or MEMBER; open-ended. */
  readonly linkedMembershipType: string | null;
  readonly createdAt: string | null;
  readonly country: string | null;
  readonly benefitTypes: readonly string[];
}
