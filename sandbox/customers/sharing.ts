import type { SandboxCustomer } from './customer.ts';
import { billingCustomer, linkedEverywhere, resource } from './making.ts';

const SHARED_BILLING_ID = '5d0c1f6e-3a44-4b7b-9c11-000000000020';

/** The billing side is one and the same for both reseller customers. */
const shared = {
  billingCustomerId: SHARED_BILLING_ID,
  connectors: linkedEverywhere('20020', 'Osprey Logistics', 'ap@osprey.example.com'),
  billingCustomer: billingCustomer(SHARED_BILLING_ID, 'Osprey Logistics', 'ap@osprey.example.com', '1005110020'),
} as const;

const sharedFirst: SandboxCustomer = {
  ...shared,
  slug: 'shared-billing-first',
  about: 'Buys through one reseller; shares its billing customer with shared-billing-second.',
  resource: resource('1005110020', 'Osprey Logistics', { externalReferenceId: 'osprey' }),
};

const sharedSecond: SandboxCustomer = {
  ...shared,
  slug: 'shared-billing-second',
  about: 'The same organisation through another reseller: same billing customer, same externalReferenceId.',
  resource: resource('1005110021', 'OSPREY LOGISTICS', { externalReferenceId: 'osprey', resellerId: '5556667779' }),
};

const ambiguousFirst: SandboxCustomer = {
  slug: 'ambiguous-external-id',
  about: 'Two billing customers carry this customer id as their external_id; no match by external_id is safe.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000022',
  resource: resource('1005110022', 'Copperfield Dairy'),
  connectors: linkedEverywhere('20022', 'Copperfield Dairy', 'ledger@copperfield.example.org'),
  billingCustomer: billingCustomer(
    '5d0c1f6e-3a44-4b7b-9c11-000000000022',
    'Copperfield Dairy',
    'ledger@copperfield.example.org',
    '1005110022',
  ),
};

const ambiguousSecond: SandboxCustomer = {
  slug: 'ambiguous-external-id-twin',
  about: 'Its billing customer carries the customer id of ambiguous-external-id by mistake.',
  billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000023',
  resource: resource('1005110023', 'Copperfield Creamery'),
  connectors: linkedEverywhere('20023', 'Copperfield Creamery', 'hello@creamery.example.org'),
  billingCustomer: billingCustomer(
    '5d0c1f6e-3a44-4b7b-9c11-000000000023',
    'Copperfield Creamery',
    'hello@creamery.example.org',
    '1005110022',
  ),
};

/** Cases in which one identifier belongs to several. */
export const sharingCases: readonly SandboxCustomer[] = [sharedFirst, sharedSecond, ambiguousFirst, ambiguousSecond];
