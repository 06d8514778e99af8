import { agencyBenefit, type ExpectedAccount, licence, membership } from './expected-account.ts';

const commitment = (startDate: string | null, endDate: string | null, status: string, quantity: number): object => ({
  startDate,
  endDate,
  status,
  minimumQuantities: [{ offerType: 'LICENSE', quantity }],
});

/** Customers with benefits and discounts. */
export const EXPECTED_AGREEMENTS: Readonly<Record<string, ExpectedAccount>> = {
  'large-government-agency': {
    name: 'Department of Tides',
    account: {
      marketSegment: 'GOV',
      marketSubSegments: ['FEDERAL'],
      discounts: [licence('06')],
      benefits: [agencyBenefit('ACTIVE')],
      largeGovernmentAgency: true,
      linkedMembership: membership({ country: 'US', benefitTypes: ['LARGE_GOVERNMENT_AGENCY'] }),
    },
  },
  'government-upgrade-pending': {
    name: 'Lakeshore Water Board',
    account: {
      marketSegment: 'GOV',
      marketSubSegments: ['STATE'],
      benefits: [agencyBenefit('PENDING_UPGRADE')],
      largeGovernmentAgency: false,
    },
  },
  'three-year-commit': {
    name: 'Granite & Fern',
    account: {
      discounts: [licence('12'), { offerType: 'CONSUMABLES', level: 'TB', discountCode: 'BLACK_FRIDAY' }],
      benefits: [
        {
          type: 'THREE_YEAR_COMMIT',
          status: null,
          commitment: {
            startDate: '2024-02-01',
            endDate: '2027-01-31',
            status: 'COMMITTED',
            minimumQuantities: [
              { offerType: 'LICENSE', quantity: 25 },
              { offerType: 'CONSUMABLES', quantity: 1200 },
            ],
          },
          commitmentRequest: null,
          recommitmentRequest: null,
        },
      ],
    },
  },
  'three-year-recommitment': {
    name: 'Second Wind Sails',
    account: {
      discounts: [licence('02', 'LOYAL_2'), { offerType: 'CONSUMABLES', level: 'T1', discountCode: null }],
      benefits: [
        {
          type: 'THREE_YEAR_COMMIT',
          status: null,
          commitment: commitment('2021-05-01', '2024-04-30', 'EXPIRED', 10),
          commitmentRequest: commitment('2021-05-01', '2024-04-30', 'ACCEPTED', 10),
          recommitmentRequest: commitment(null, null, 'REQUESTED', 50),
        },
      ],
    },
  },
};
