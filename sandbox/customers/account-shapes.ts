import type { SandboxCustomer } from './customer.ts';
import { linkedEverywhere, profile, resource } from './making.ts';

const nonLatinId: SandboxCustomer = {
  slug: 'non-latin-id',
  about: 'An id with letters outside ASCII, which must be percent-encoded in the path; address and name likewise.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000030',
  resource: resource('Кедр-4471', 'Кедр и сыновья', {
    companyProfile: profile('Кедр и сыновья', {
      preferredLanguage: 'ru-RU',
      address: { country: 'KZ', region: '', city: 'Алматы', addressLine1: 'ул. Садовая, 7', postalCode: '050000' },
      contacts: [{ firstName: 'Лев', lastName: 'Орлов', email: 'lev@example.net', phoneNumber: 'доб. 555' }],
    }),
  }),
  connectors: linkedEverywhere('30030', 'Кедр и сыновья', 'lev@example.net'),
};

const alphanumericId: SandboxCustomer = {
  slug: 'alphanumeric-id',
  about: 'An id that is no number, a partner-decorated name, tags, and linkedMembership as a one-element array.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000031',
  resource: resource('P1005229864', 'Marlowe Press (AGR-1234)', {
    tags: ['HVD_MIGRATED_CUSTOMER'],
    globalSalesEnabled: true,
    linkedMembership: [
      {
        id: '51004410',
        name: 'Presses of the Coast',
        type: 'CONSORTIUM',
        linkedMembershipType: 'MEMBER',
        creationDate: '2023-11-02T18:05:00',
      },
    ],
  }),
  connectors: linkedEverywhere('30031', 'Marlowe Press', 'orders@marlowe.example.com'),
};

const beforeFirstOrder: SandboxCustomer = {
  slug: 'before-first-order',
  about: 'Nothing ordered yet: cotermDate and externalReferenceId are "", lists are empty, no sub-segments.',
  billingCustomerId: null,
  resource: resource('1005110032', 'Saltmarsh Studio', {
    externalReferenceId: '',
    cotermDate: '',
    discounts: [],
    benefits: [],
    tags: [],
    companyProfile: profile('Saltmarsh Studio', { contacts: [], marketSubSegments: [] }),
  }),
  connectors: {},
};

const nullFields: SandboxCustomer = {
  slug: 'null-fields',
  about: 'null wherever a field may be without a value.',
  billingCustomerId: null,
  resource: resource('1005110033', 'Null Island Ferries', {
    externalReferenceId: null,
    cotermDate: null,
    discounts: null,
    benefits: null,
    tags: null,
    linkedMembership: null,
    companyProfile: profile('Null Island Ferries', { marketSubSegments: null, address: null, contacts: null }),
  }),
  connectors: {},
};

const absentFields: SandboxCustomer = {
  slug: 'absent-fields',
  about: 'Only what is always sent: no address, contacts, discounts, benefits, tags, coterm date or reference.',
  billingCustomerId: null,
  resource: resource('1005110034', 'Bare Hill Trust', {
    externalReferenceId: undefined,
    cotermDate: undefined,
    discounts: undefined,
    companyProfile: profile('Bare Hill Trust', { address: undefined, contacts: undefined }),
  }),
  connectors: {},
};

const emptyAddressFields: SandboxCustomer = {
  slug: 'empty-address-fields',
  about: 'An address of empty strings, and contacts without a phone number.',
  billingCustomerId: null,
  resource: resource('1005110035', 'Fogbound Films', {
    companyProfile: profile('Fogbound Films', {
      address: {
        country: 'US',
        region: '',
        city: '',
        addressLine1: '',
        addressLine2: '',
        postalCode: '',
        phoneNumber: '',
      },
      contacts: [
        { firstName: 'Ines', lastName: 'Abara', email: 'ines@example.org' },
        { firstName: '', lastName: '', email: 'office@example.org', phoneNumber: '' },
      ],
    }),
  }),
  connectors: {},
};

const unknownFields: SandboxCustomer = {
  slug: 'unknown-fields',
  about: 'As after a new release: fields no document names, and new values in every open list.',
  billingCustomerId: null,
  resource: resource('1005110036', 'Tomorrow Textiles', {
    loyaltyTier: { level: 'GOLD', since: '2031-01-01' },
    status: '1099',
    tags: ['SOMETHING_NEW'],
    discounts: [{ offerType: 'SEATS', level: 'Z9', stackable: true }],
    benefits: [{ type: 'CARBON_NEUTRAL', status: 'PROVISIONAL' }],
    linkedMembership: {
      id: '51009999',
      name: 'Weavers',
      type: 'FEDERATION',
      linkedMembershipType: 'OBSERVER',
      creationDate: '2031-02-03T04:05:06',
      seats: 12,
    },
    companyProfile: profile('Tomorrow Textiles', {
      marketSegment: 'NGO',
      marketSubSegments: ['SPACE'],
      industryCode: '313',
    }),
  }),
  connectors: {},
};

/** Cases of one field or another being empty, missing, odd or new. Source: upstreams 1.3. */
export const accountShapeCases: readonly SandboxCustomer[] = [
  nonLatinId,
  alphanumericId,
  beforeFirstOrder,
  nullFields,
  absentFields,
  emptyAddressFields,
  unknownFields,
];
