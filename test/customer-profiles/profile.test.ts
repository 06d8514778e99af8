import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Service } from '../support/service.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const reference = { customerName: 'Fairmont', email: 'mickey@mouse.com' };
const asked = (source: string, state = 'linked'): object => ({ source, state, fetchedAt: instant, stale: false });

const fairmont = {
  customerId: '9876543210',
  billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
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
    resellerId: '5556667778',
    status: { code: '1000', label: 'active' },
    globalSalesEnabled: false,
    preferredLanguage: 'en-US',
    marketSegment: 'EDU',
    marketSubSegments: ['K_12'],
    contacts: [{ firstName: 'Mickey', lastName: 'Mouse', email: 'mickey@mouse.com', phoneNumber: '408-123-4567' }],
    discounts: [{ offerType: 'LICENSE', level: '02', discountCode: null }],
    benefits: [],
    largeGovernmentAgency: false,
    linkedMembership: {
      id: '51001315',
      name: 'This is the Group Created for 1005513636',
      type: 'STANDARD',
      linkedMembershipType: 'OWNER',
      createdAt: '2024-07-17T03:47:35Z',
      country: null,
      benefitTypes: [],
    },
    otherLinkedMemberships: [],
    tags: [],
    cotermDate: '2020-05-02',
    createdAt: '2019-05-02T22:49:52Z',
  },
  connectors: [
    {
      name: 'stripe',
      category: 'payments',
      state: 'linked',
      referenceId: 'cus_12345',
      customerName: 'Acme Corporation',
      email: 'billing@acme.com',
    },
    { name: 'adyen', category: 'payments', state: 'linked', referenceId: 'shopper-12345', ...reference },
    { name: 'quickbooks', category: 'accounting', state: 'linked', referenceId: 'QB-12345', ...reference },
    { name: 'xero', category: 'accounting', state: 'linked', referenceId: 'xero-contact-12345', ...reference },
    { name: 'zoho', category: 'accounting', state: 'linked', referenceId: '460000012345', ...reference },
    { name: 'netsuite', category: 'accounting', state: 'linked', referenceId: 'NS12345', ...reference },
    { name: 'avalara', category: 'tax', state: 'linked', referenceId: 'AVA-12345', ...reference },
    { name: 'anrok', category: 'tax', state: 'linked', referenceId: 'anrok-12345', ...reference },
    { name: 'salesforce', category: 'crm', state: 'linked', referenceId: '001Hs000012345', ...reference },
    { name: 'hubspot', category: 'crm', state: 'linked', referenceId: '5120412345', ...reference },
    { name: 'dealhub', category: 'quoting', state: 'linked', referenceId: 'dh-12345', ...reference },
  ],
  conflicts: [
    {
      field: 'name',
      winner: { source: 'reseller' },
      losers: [{ source: 'stripe', value: 'Acme Corporation' }],
      rule: 'source-order',
    },
    {
      field: 'email',
      winner: { source: 'reseller' },
      losers: [{ source: 'stripe', value: 'billing@acme.com' }],
      rule: 'source-order',
    },
  ],
  identity: {
    verdict: 'suspicious',
    evidence: ['name: reseller and stripe differ', 'e-mail domain: reseller and stripe differ'],
  },
  sources: [
    asked('reseller', 'ok'),
    { ...asked('billing'), resolver: 'request' },
    ...['stripe', 'adyen', 'quickbooks', 'xero', 'zoho', 'netsuite', 'avalara', 'anrok', 'salesforce', 'hubspot'].map(
      (name) => asked(name),
    ),
    asked('dealhub'),
  ],
  complete: true,
};

describe('GET /v1/customer-profiles/{customerId}', () => {
  it('answers the documents’ own customer merged with all eleven connectors, field by field', async () => {
    const { status, body, headers } = await service.http.get(profilePath(customer('fully-linked')));
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['profile-complete']).toBe('?1');
    expect(body).toStrictEqual(fairmont);
  });

  it('answers the same record with the link from the store, which is then named as the resolver', async () => {
    const one = stack.newCustomer('fully-linked');
    const { customerId } = one.resource;
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: one.billingCustomerId });
    const { body } = await service.http.get(`/v1/customer-profiles/${customerId}`);
    const { sources, ...record } = fairmont;
    expect(body).toStrictEqual({
      ...record,
      customerId,
      billingCustomerId: one.billingCustomerId,
      sources: sources.map((source) => ('resolver' in source ? { ...source, resolver: 'link-store' } : source)),
    });
  });
});
