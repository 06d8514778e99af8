/** What a profile must show of the reseller's view of one customer; absent fields have the values of an ordinary customer. */
export interface ExpectedAccount {
  readonly name: string;
  readonly email?: string | null;
  readonly phoneNumber?: string | null;
  readonly address?: Readonly<Record<string, string | null>> | null;
  readonly account?: Readonly<Record<string, unknown>>;
}

export const licence = (level: string, discountCode: string | null = null): object => ({
  offerType: 'LICENSE',
  level,
  discountCode,
});
export const agencyBenefit = (status: string): object => ({
  type: 'LARGE_GOVERNMENT_AGENCY',
  status,
  commitment: null,
  commitmentRequest: null,
  recommitmentRequest: null,
});
export const membership = (fields: object): object => ({
  id: '51005501',
  name: 'Tidal Authorities',
  type: 'STANDARD',
  linkedMembershipType: 'OWNER',
  createdAt: '2024-07-17T03:47:35Z',
  country: null,
  benefitTypes: [],
  ...fields,
});
