import type { SandboxCustomer } from './customer.ts';
import { profile, resource } from './making.ts';

const largeGovernmentAgency: SandboxCustomer = {
  slug: 'large-government-agency',
  about: 'A large government agency: the benefit is active, and its membership has a country and benefit types.',
  billingCustomerId: null,
  resource: resource('1005110040', 'Department of Tides', {
    companyProfile: profile('Department of Tides', { marketSegment: 'GOV', marketSubSegments: ['FEDERAL'] }),
    discounts: [{ offerType: 'LICENSE', level: '06' }],
    benefits: [{ type: 'LARGE_GOVERNMENT_AGENCY', status: 'ACTIVE' }],
    linkedMembership: {
      id: '51005501',
      name: 'Tidal Authorities',
      type: 'STANDARD',
      linkedMembershipType: 'OWNER',
      creationDate: '2024-07-17T03:47:35',
      country: 'US',
      benefitTypes: ['LARGE_GOVERNMENT_AGENCY'],
    },
  }),
  connectors: {},
};

const governmentUpgrade: SandboxCustomer = {
  slug: 'government-upgrade-pending',
  about: 'A state agency whose upgrade to a large government agency is pending.',
  billingCustomerId: null,
  resource: resource('1005110041', 'Lakeshore Water Board', {
    companyProfile: profile('Lakeshore Water Board', { marketSegment: 'GOV', marketSubSegments: ['STATE'] }),
    benefits: [{ type: 'LARGE_GOVERNMENT_AGENCY', status: 'PENDING_UPGRADE' }],
  }),
  connectors: {},
};

const threeYearCommit: SandboxCustomer = {
  slug: 'three-year-commit',
  about: 'A running three-year commitment; both requests are null. Licence and consumables discounts.',
  billingCustomerId: null,
  resource: resource('1005110042', 'Granite & Fern', {
    discounts: [
      { offerType: 'LICENSE', level: '12' },
      { offerType: 'CONSUMABLES', level: 'TB', discountCode: 'BLACK_FRIDAY' },
    ],
    benefits: [
      {
        type: 'THREE_YEAR_COMMIT',
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
  }),
  connectors: {},
};

const threeYearRecommitment: SandboxCustomer = {
  slug: 'three-year-recommitment',
  about: 'An expired three-year commitment with a recommitment requested.',
  billingCustomerId: null,
  resource: resource('1005110043', 'Second Wind Sails', {
    discounts: [
      { offerType: 'LICENSE', level: '02', discountCode: 'LOYAL_2' },
      { offerType: 'CONSUMABLES', level: 'T1' },
    ],
    benefits: [
      {
        type: 'THREE_YEAR_COMMIT',
        commitment: {
          startDate: '2021-05-01',
          endDate: '2024-04-30',
          status: 'EXPIRED',
          minimumQuantities: [{ offerType: 'LICENSE', quantity: 10 }],
        },
        commitmentRequest: {
          startDate: '2021-05-01',
          endDate: '2024-04-30',
          status: 'ACCEPTED',
          minimumQuantities: [{ offerType: 'LICENSE', quantity: 10 }],
        },
        recommitmentRequest: {
          startDate: '',
          endDate: '',
          status: 'REQUESTED',
          minimumQuantities: [{ offerType: 'LICENSE', quantity: 50 }],
        },
      },
    ],
  }),
  connectors: {},
};

/** Cases of benefits and discounts. Source: upstreams 1.3. */
export const agreementCases: readonly SandboxCustomer[] = [
  largeGovernmentAgency,
  governmentUpgrade,
  threeYearCommit,
  threeYearRecommitment,
];
