import { linked, resource } from '../sandbox/customers/making.ts';
import type { Sandbox } from '../sandbox/server.ts';

/** Where a customer's profile is read, with the link named in the request. */
export interface BenchCustomer {
  readonly customerId: string;
  readonly billingCustomerId: string;
  readonly path: string;
}

/** Puts customers into the sandbox that are linked to three of the eleven connectors; `series` keeps their ids apart. */
export function putCustomers(sandbox: Sandbox, series: number, count: number): readonly BenchCustomer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(series * 1_000_000 + index);
    const customerId = `P300${number}`;
    const billingCustomerId = `5d0c1f6e-3a44-4b7b-9c11-${number.padStart(12, '0')}`;
    const name = `Bench Customer ${number}`;
    const email = `accounts-${number}@example.com`;
    sandbox.customers.put({
      slug: `bench-${number}`,
      about: 'Made for the benchmark.',
      billingCustomerId,
      resource: resource(customerId, name),
      connectors: {
        stripe: linked(`cus_${number}`, name, email),
        salesforce: linked(`001Hs0000${number}`, name, email),
        xero: linked(`xero-contact-${number}`, name, email),
      },
    });
    return {
      customerId,
      billingCustomerId,
      path: `/v1/customer-profiles/${customerId}?billingCustomerId=${billingCustomerId}`,
    };
  });
}
