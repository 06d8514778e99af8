import type { SandboxCustomer } from './customer.ts';
import { resource } from './making.ts';

function inStatus(slug: string, status: string, meaning: string, customerId: string, name: string): SandboxCustomer {
  return {
    slug,
    about: `Status ${status}: ${meaning}. Still a 200.`,
    billingCustomerId: null,
    resource: resource(customerId, name, { status }),
    connectors: {},
  };
}

/** One customer per status other than active. Source: upstreams 1.3. */
export const statusCases: readonly SandboxCustomer[] = [
  inStatus('status-pending', '1002', 'pending', '1005111002', 'Pinewood Pending'),
  inStatus('status-inactive', '1004', 'inactive', '1005111004', 'Idle Hour Books'),
  inStatus('status-invalid-address', '1010', 'inactive, invalid address', '1005111010', 'Nowhere Nurseries'),
  inStatus('status-blocked', '1012', 'inactive, account blocked', '1005111012', 'Barred Gate Foods'),
  inStatus(
    'status-duplicate',
    '1014',
    'inactive, duplicate company and administrator',
    '1005111014',
    'Echo Echo Audio',
  ),
  inStatus('status-undocumented', '1098', 'a code no document explains', '1005111098', 'Uncharted Maps'),
];
