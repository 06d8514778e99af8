import { agencyBenefit, type ExpectedAccount, membership } from './expected-account.ts';

/** Customers with fields that are empty, missing, odd or new. */
export const EXPECTED_SHAPES: Readonly<Record<string, ExpectedAccount>> = {
  'non-latin-id': {
    name: 'Кедр и сыновья',
    email: 'lev@example.net',
    phoneNumber: 'доб. 555',
    address: {
      country: 'KZ',
      region: null,
      city: 'Алматы',
      addressLine1: 'ул. Садовая, 7',
      addressLine2: null,
      postalCode: '050000',
    },
    account: {
      preferredLanguage: 'ru-RU',
      contacts: [{ firstName: 'Лев', lastName: 'Орлов', email: 'lev@example.net', phoneNumber: 'доб. 555' }],
    },
  },
  'alphanumeric-id': {
    name: 'Marlowe Press (AGR-1234)',
    account: {
      globalSalesEnabled: true,
      tags: ['HVD_MIGRATED_CUSTOMER'],
      linkedMembership: membership({
        id: '51004410',
        name: 'Presses of the Coast',
        type: 'CONSORTIUM',
        linkedMembershipType: 'MEMBER',
        createdAt: '2023-11-02T18:05:00Z',
      }),
    },
  },
  'before-first-order': {
    name: 'Saltmarsh Studio',
    email: null,
    account: { externalReferenceId: null, cotermDate: null, discounts: [], contacts: [] },
  },
  'null-fields': {
    name: 'Null Island Ferries',
    email: null,
    phoneNumber: null,
    address: null,
    account: { externalReferenceId: null, cotermDate: null, discounts: [], contacts: [] },
  },
  'absent-fields': {
    name: 'Bare Hill Trust',
    email: null,
    phoneNumber: null,
    address: null,
    account: { externalReferenceId: null, cotermDate: null, discounts: [], contacts: [] },
  },
  'empty-address-fields': {
    name: 'Fogbound Films',
    email: 'ines@example.org',
    phoneNumber: null,
    address: { country: 'US', region: null, city: null, addressLine1: null, addressLine2: null, postalCode: null },
    account: {
      contacts: [
        { firstName: 'Ines', lastName: 'Abara', email: 'ines@example.org', phoneNumber: null },
        { firstName: null, lastName: null, email: 'office@example.org', phoneNumber: null },
      ],
    },
  },
  'unknown-fields': {
    name: 'Tomorrow Textiles',
    account: {
      status: { code: '1099', label: null },
      tags: ['SOMETHING_NEW'],
      discounts: [{ offerType: 'SEATS', level: 'Z9', discountCode: null }],
      largeGovernmentAgency: null,
      benefits: [{ ...agencyBenefit('PROVISIONAL'), type: 'CARBON_NEUTRAL' }],
      marketSegment: 'NGO',
      marketSubSegments: ['SPACE'],
      linkedMembership: membership({
        id: '51009999',
        name: 'Weavers',
        type: 'FEDERATION',
        linkedMembershipType: 'OBSERVER',
        createdAt: '2031-02-03T04:05:06Z',
      }),
    },
  },
};
