import { type ExpectedAccount, licence, membership } from './expected-account.ts';
import { EXPECTED_AGREEMENTS } from './expected-agreements.ts';
import { EXPECTED_SHAPES } from './expected-shapes.ts';

const office = {
  country: 'US',
  region: 'OR',
  city: 'Portland',
  addressLine1: '14 Harbour Row',
  addressLine2: null,
  postalCode: '97201',
};
const rosa = {
  firstName: 'Rosa',
  lastName: 'Lindqvist',
  email: 'rosa@example.com',
  phoneNumber: '(503) 555-0115 ext. 2',
};
const inStatus = (name: string, code: string, label: string | null): ExpectedAccount => ({
  name,
  account: { status: { code, label } },
});

/** Of each built-in customer of the sandbox, what its profile must show of the reseller's view, written out by hand. */
const ACCOUNTS: Readonly<Record<string, ExpectedAccount>> = {
  'fully-linked': {
    name: 'Fairmont',
    email: 'mickey@mouse.com',
    phoneNumber: '800-123-4567',
    address: {
      country: 'US',
      region: 'CA',
      city: 'San Jose',
      addressLine1: '200 Fairmont Ave',
      addressLine2: 'Apt 123',
      postalCode: '95110-1234',
    },
    account: {
      externalReferenceId: '342',
      marketSegment: 'EDU',
      marketSubSegments: ['K_12'],
      contacts: [{ firstName: 'Mickey', lastName: 'Mouse', email: 'mickey@mouse.com', phoneNumber: '408-123-4567' }],
      discounts: [licence('02')],
      cotermDate: '2020-05-02',
      createdAt: '2019-05-02T22:49:52Z',
      linkedMembership: membership({ id: '51001315', name: 'This is the Group Created for 1005513636' }),
    },
  },
  'some-connectors': { name: 'Halvorsen Boats' },
  'failing-connectors': { name: 'Quarry Lane Dental' },
  'linked-without-reference': { name: 'Tern & Daughters' },
  'unknown-to-billing': { name: 'Northgate Cycles' },
  'no-billing-customer': { name: 'Lumen Field Surveys' },
  'shared-billing-first': { name: 'Osprey Logistics', account: { externalReferenceId: 'osprey' } },
  'shared-billing-second': {
    name: 'OSPREY LOGISTICS',
    account: { externalReferenceId: 'osprey', resellerId: '5556667779' },
  },
  'ambiguous-external-id': { name: 'Copperfield Dairy' },
  'ambiguous-external-id-twin': { name: 'Copperfield Creamery' },
  ...EXPECTED_SHAPES,
  ...EXPECTED_AGREEMENTS,
  'status-pending': inStatus('Pinewood Pending', '1002', 'pending'),
  'status-inactive': inStatus('Idle Hour Books', '1004', 'inactive'),
  'status-invalid-address': inStatus('Nowhere Nurseries', '1010', 'inactive_invalid_address'),
  'status-blocked': inStatus('Barred Gate Foods', '1012', 'inactive_account_blocked'),
  'status-duplicate': inStatus('Echo Echo Audio', '1014', 'inactive_duplicate'),
  'status-undocumented': inStatus('Uncharted Maps', '1098', null),
};

/** The reseller's fields of a profile, each of them. @throws Error when nothing is written down for the customer */
export function expectedAccount(slug: string, customerId: string): Readonly<Record<string, unknown>> {
  const expected = ACCOUNTS[slug];
  if (!expected) throw new Error(`write down what the profile of '${slug}' must show`);
  const { name, email = 'rosa@example.com', phoneNumber = '503-555-0114', address = office, account = {} } = expected;
  return {
    customerId,
    name,
    email,
    phoneNumber,
    address,
    account: {
      externalReferenceId: `ext-${customerId}`,
      resellerId: '5556667778',
      status: { code: '1000', label: 'active' },
      globalSalesEnabled: false,
      preferredLanguage: 'en-US',
      marketSegment: 'COM',
      marketSubSegments: [],
      contacts: [rosa],
      discounts: [licence('01')],
      benefits: [],
      largeGovernmentAgency: false,
      linkedMembership: null,
      otherLinkedMemberships: [],
      tags: [],
      cotermDate: '2026-09-30',
      createdAt: '2023-03-14T08:15:30Z',
      ...account,
    },
  };
}
