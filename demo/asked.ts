import { customer } from '../sandbox/customers.ts';

interface Asked {
  readonly title: string;
  readonly path: string;
  /** Fields of the record worth showing; the whole record when empty. */
  readonly show: readonly string[];
}

function pathOf(slug: string): string {
  const { resource, billingCustomerId } = customer(slug);
  return `/v1/customer-profiles/${encodeURIComponent(resource.customerId)}?billingCustomerId=${billingCustomerId ?? ''}`;
}

/** The three customers of the demo. */
export const ASKED: readonly [Asked, Asked, Asked] = [
  { title: 'A customer known to all eleven connectors', path: pathOf('fully-linked'), show: [] },
  {
    title: 'A customer with some connectors missing: not linked is a definite answer, the profile is complete',
    path: pathOf('some-connectors'),
    show: ['name', 'connectors', 'complete'],
  },
  {
    title: 'A customer with failing connectors: the profile is partial and says so',
    path: pathOf('failing-connectors'),
    show: ['name', 'connectors', 'complete'],
  },
];
