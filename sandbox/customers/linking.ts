import type { SandboxCustomer } from './customer.ts';
import { billingCustomer, linked, linkedEverywhere, notLinked, profile, resource } from './making.ts';

/** The documents' own example, with every connector linked. Source: the connector specification and the customer page. */
const fullyLinked: SandboxCustomer = {
  slug: 'fully-linked',
  about: 'Known everywhere: all eleven connectors linked; only stripe disagrees about the name and e-mail address.',
  billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  resource: resource('9876543210', 'Fairmont', {
    externalReferenceId: '342',
    companyProfile: profile('Fairmont', {
      marketSegment: 'EDU',
      marketSubSegments: ['K_12'],
      address: {
        country: 'US',
        region: 'CA',
        city: 'San Jose',
        addressLine1: '200 Fairmont Ave',
        addressLine2: 'Apt 123',
        postalCode: '95110-1234',
        phoneNumber: '800-123-4567',
      },
      contacts: [{ firstName: 'Mickey', lastName: 'Mouse', email: 'mickey@mouse.com', phoneNumber: '408-123-4567' }],
    }),
    discounts: [{ offerType: 'LICENSE', level: '02' }],
    cotermDate: '2020-05-02',
    creationDate: '2019-05-02T22:49:52Z',
    linkedMembership: {
      id: '51001315',
      name: 'This is the Group Created for 1005513636',
      type: 'STANDARD',
      linkedMembershipType: 'OWNER',
      creationDate: '2024-07-17T03:47:35',
    },
  }),
  connectors: {
    ...linkedEverywhere('12345', 'Fairmont', 'mickey@mouse.com'),
    stripe: linked('cus_12345', 'Acme Corporation', 'billing@acme.com'),
  },
  billingCustomer: billingCustomer(
    '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'Fairmont',
    'billing-fairmont@example.com',
    '9876543210',
  ),
};

const someConnectors: SandboxCustomer = {
  slug: 'some-connectors',
  about:
    'Linked to stripe, salesforce and hubspot; xero was removed on its own side; the other seven were never linked.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000002',
  resource: resource('1005110002', 'Halvorsen Boats'),
  connectors: {
    stripe: linked('cus_HB0002', 'Halvorsen Boats', 'accounts@halvorsen.example.com'),
    salesforce: linked('001Hs0000HB0002', 'Halvorsen Boats AS', 'accounts@halvorsen.example.com'),
    hubspot: linked('512048812', 'Halvorsen Boats', 'rosa@example.com'),
    xero: { outcome: 'integration_removed' },
    quickbooks: notLinked,
  },
  billingCustomer: billingCustomer(
    '5d0c1f6e-3a44-4b7b-9c11-000000000002',
    'Halvorsen Boats',
    'accounts@halvorsen.example.com',
    '512048812',
    { reseller_customer_id: '1005110002' },
  ),
};

const failingConnectors: SandboxCustomer = {
  slug: 'failing-connectors',
  about: 'Two connectors fail for this customer alone: adyen with the general 400, netsuite with a 500.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000003',
  resource: resource('1005110003', 'Quarry Lane Dental'),
  connectors: {
    ...linkedEverywhere('10003', 'Quarry Lane Dental', 'front-desk@quarrylane.example.org'),
    adyen: { outcome: 'general_failure' },
    netsuite: { outcome: 'server_error' },
  },
};

const linkedWithoutReference: SandboxCustomer = {
  slug: 'linked-without-reference',
  about: 'Linked, but the reference or the e-mail address is null at one connector and absent at another.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000004',
  resource: resource('1005110004', 'Tern & Daughters'),
  connectors: {
    stripe: {
      outcome: 'linked',
      customer_name: 'Tern & Daughters',
      reference_id: null,
      email: 'post@tern.example.net',
    },
    xero: { outcome: 'linked', customer_name: 'Tern & Daughters', email: 'post@tern.example.net' },
    quickbooks: { outcome: 'linked', customer_name: 'Tern & Daughters', reference_id: 'QB-10004', email: null },
    zoho: { outcome: 'linked', customer_name: 'Tern & Daughters', reference_id: '460000010004' },
    avalara: { outcome: 'linked', customer_name: 'Tern & Daughters' },
  },
};

const unknownToBilling: SandboxCustomer = {
  slug: 'unknown-to-billing',
  about: 'Its billing customer was deleted: the billing API answers 404 for the id.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000005',
  resource: resource('1005110005', 'Northgate Cycles'),
  connectors: {},
  unknownToBilling: true,
};

const noBillingCustomer: SandboxCustomer = {
  slug: 'no-billing-customer',
  about: 'Known to the reseller customers API alone.',
  billingCustomerId: null,
  resource: resource('1005110006', 'Lumen Field Surveys'),
  connectors: {},
};

/** Cases of how the two upstreams are, or are not, connected for a customer. */
export const linkingCases: readonly SandboxCustomer[] = [
  fullyLinked,
  someConnectors,
  failingConnectors,
  linkedWithoutReference,
  unknownToBilling,
  noBillingCustomer,
];
