import { customer } from '../sandbox/customers/customers.ts';

interface Asked {
  readonly title: string;
  readonly customerId: string;
  readonly billingCustomerId: string;
  readonly path: string;
  /** Fields of the record worth showing; the whole record when empty. */
  readonly show: readonly string[];
}

function asked(slug: string): Pick<Asked, 'customerId' | 'billingCustomerId' | 'path'> {
  const { resource, billingCustomerId } = customer(slug);
  const path = `/v1/customer-profiles/${encodeURIComponent(resource.customerId)}?billingCustomerId=${billingCustomerId ?? ''}`;
  return { customerId: resource.customerId, billingCustomerId: billingCustomerId ?? '', path };
}

/** The three customers of the demo. */
export const ASKED: readonly [Asked, Asked, Asked] = [
  { title: 'A customer known to all eleven connectors', ...asked('fully-linked'), show: [] },
  {
    title: 'A customer with some connectors missing: not linked is a definite answer, the profile is complete',
    ...asked('some-connectors'),
    show: ['name', 'connectors', 'complete'],
  },
  {
    title: 'A customer with failing connectors: the profile is partial and says so',
    ...asked('failing-connectors'),
    show: ['name', 'connectors', 'complete'],
  },
];
