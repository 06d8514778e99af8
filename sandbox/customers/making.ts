import type { ConnectorName } from '../connectors.ts';
import type { BillingCustomer, ConnectorOutcome, ResellerResource } from './customer.ts';

export const notLinked: ConnectorOutcome = { outcome: 'not_linked' };

export function linked(reference: string, customerName: string, email: string): ConnectorOutcome {
  return { outcome: 'linked', reference_id: reference, customer_name: customerName, email };
}

/** All eleven connectors, agreeing on name and e-mail address; `suffix` makes the references this customer's own. */
export function linkedEverywhere(
  suffix: string,
  customerName: string,
  email: string,
): Record<ConnectorName, ConnectorOutcome> {
  const to = (reference: string): ConnectorOutcome => linked(reference, customerName, email);
  return {
    stripe: to(`cus_${suffix}`),
    adyen: to(`shopper-${suffix}`),
    quickbooks: to(`QB-${suffix}`),
    xero: to(`xero-contact-${suffix}`),
    zoho: to(`4600000${suffix}`),
    netsuite: to(`NS${suffix}`),
    avalara: to(`AVA-${suffix}`),
    anrok: to(`anrok-${suffix}`),
    salesforce: to(`001Hs0000${suffix}`),
    hubspot: to(`51204${suffix}`),
    dealhub: to(`dh-${suffix}`),
  };
}

/** An unremarkable active commercial customer; `fields` replace whole top-level fields, undefined leaves one out. */
export function resource(
  customerId: string,
  companyName: string,
  fields: Readonly<Record<string, unknown>> = {},
): ResellerResource {
  return {
    externalReferenceId: `ext-${customerId}`.slice(0, 35),
    customerId,
    resellerId: '5556667778',
    globalSalesEnabled: false,
    companyProfile: profile(companyName),
    discounts: [{ offerType: 'LICENSE', level: '01' }],
    cotermDate: '2026-09-30',
    creationDate: '2023-03-14T08:15:30Z',
    status: '1000',
    links: {
      self: { uri: `/v3/customers/${encodeURIComponent(customerId)}`, method: 'GET', headers: [] },
    },
    ...fields,
  };
}

/** A complete companyProfile; `fields` replace whole fields, undefined leaves one out. */
export function profile(
  companyName: string,
  fields: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    companyName,
    preferredLanguage: 'en-US',
    marketSegment: 'COM',
    address: {
      country: 'US',
      region: 'OR',
      city: 'Portland',
      addressLine1: '14 Harbour Row',
      postalCode: '97201',
      phoneNumber: '503-555-0114',
    },
    contacts: [
      { firstName: 'Rosa', lastName: 'Lindqvist', email: 'rosa@example.com', phoneNumber: '(503) 555-0115 ext. 2' },
    ],
    ...fields,
  };
}

/** A billing customer whose `external_id` is the reseller customer's id unless given. */
export function billingCustomer(
  id: string,
  customerName: string,
  email: string | null,
  externalId: string | null,
  customData: Readonly<Record<string, unknown>> = {},
): BillingCustomer {
  return {
    id,
    external_id: externalId,
    customer_name: customerName,
    email,
    phone_number: '+1 503 555 0116',
    address: { line1: '14 Harbour Row', line2: null, city: 'Portland', state: 'OR', zipCode: '97201', country: 'US' },
    custom_attributes: {},
    custom_data: customData,
    created_at: '2023-03-14T09:00:00',
    updated_at: '2025-01-20T16:42:10.512000',
  };
}
