import { CustomerProfileClient } from '../client/src/index.ts';
import { customer } from '../sandbox/customers/customers.ts';
import { bold } from './show.ts';

/** Customers worth looking at in the console, and why. */
const LOOK_AT: readonly (readonly [slug: string, why: string])[] = [
  ['fully-linked', 'Stripe has another name and e-mail address'],
  ['failing-connectors', 'two connectors fail, for this customer alone'],
  ['shared-billing-first', 'its billing customer (and external reference) is that of another one, too'],
  ['shared-billing-second', 'that other one'],
  ['alphanumeric-id', 'names that a partner has decorated'],
  ['non-latin-id', 'an id and a name in Cyrillic letters'],
  ['no-billing-customer', 'known to the reseller alone'],
];

/** Prints the console's address, and where customers worth looking at are. With a Redis they are linked, and so found by other ids. */
export async function showConsole(baseUrl: string, hasLinks: boolean): Promise<void> {
  const client = new CustomerProfileClient({ baseUrl });
  console.log(bold('The page for people: find a customer by any id, and see what every system says, and why'));
  console.log(`  console           ${baseUrl}/console`);
  for (const [slug, why] of LOOK_AT) {
    const { resource, billingCustomerId } = customer(slug);
    const { customerId } = resource;
    if (hasLinks && billingCustomerId !== null) await client.links.put(customerId, billingCustomerId);
    const named = hasLinks || billingCustomerId === null ? '' : `?billingCustomerId=${billingCustomerId}`;
    await client.profile(customerId);
    console.log(`  ${why}\n    ${baseUrl}/console#/customers/${encodeURIComponent(customerId)}${named}`);
  }
}
