import { type Documented, type DocumentedObject, type DriftFinding, findDrift } from '../upstream/drift/find-drift.ts';
import { BENEFIT_TYPES } from './benefits.wire.ts';
import { date, instant } from './dates.ts';

const DATE: Documented = { reads: date };
const INSTANT: Documented = { reads: instant };
/** ISO 3166-1 alpha-2. */
const COUNTRY: Documented = { matches: /^[A-Z]{2}$/ };

const oneOf = (...values: readonly string[]): Documented => ({ values: new Set(values) });

const COMMITMENT: DocumentedObject = {
  fields: {
    startDate: DATE,
    endDate: DATE,
    status: oneOf('REQUESTED', 'ACCEPTED', 'COMMITTED', 'ACTIVE', 'INACTIVE', 'DECLINED', 'NONCOMPLIANT', 'EXPIRED'),
    minimumQuantities: { list: { fields: { offerType: 'string', quantity: 'number' } } },
  },
};

const COMPANY_PROFILE: DocumentedObject = {
  fields: {
    companyName: 'string',
    preferredLanguage: 'string',
    marketSegment: oneOf('COM', 'EDU', 'GOV'),
    marketSubSegments: { list: oneOf('K_12', 'HIGHER_ED', 'NON_PROFIT', 'FEDERAL', 'STATE') },
    address: {
      fields: {
        country: COUNTRY,
        region: 'string',
        city: 'string',
        addressLine1: 'string',
        addressLine2: 'string',
        postalCode: 'string',
        phoneNumber: 'string',
      },
    },
    contacts: {
      list: { fields: { firstName: 'string', lastName: 'string', email: 'string', phoneNumber: 'string' } },
    },
  },
};

/** @see the reseller customers API: the customer resource, and the types that the API really sends */
const CUSTOMER: DocumentedObject = {
  fields: {
    customerId: 'string',
    externalReferenceId: 'string',
    resellerId: 'string',
    globalSalesEnabled: 'boolean',
    tags: { list: 'string' },
    linkedMembership: {
      orListOfOne: true,
      fields: {
        id: 'string',
        name: 'string',
        type: oneOf('STANDARD', 'CONSORTIUM'),
        linkedMembershipType: oneOf('OWNER', 'MEMBER'),
        creationDate: INSTANT,
        country: COUNTRY,
        benefitTypes: { list: 'string' },
      },
    },
    companyProfile: COMPANY_PROFILE,
    discounts: {
      list: { fields: { offerType: oneOf('LICENSE', 'CONSUMABLES'), level: 'string', discountCode: 'string' } },
    },
    benefits: {
      list: {
        needs: 'type',
        orText: new Set(BENEFIT_TYPES),
        fields: {
          type: oneOf(...BENEFIT_TYPES),
          status: oneOf('ACTIVE', 'PENDING_UPGRADE'),
          commitment: COMMITMENT,
          commitmentRequest: COMMITMENT,
          recommitmentRequest: COMMITMENT,
        },
      },
    },
    cotermDate: DATE,
    creationDate: INSTANT,
    status: oneOf('1000', '1002', '1004', '1010', '1012', '1014'),
    links: 'anything',
  },
};

/** The drift of a customer resource. */
export function customerDrift(body: unknown): readonly DriftFinding[] {
  return findDrift(body, CUSTOMER);
}
