import { CustomerProfileClient } from '../client/src/index.ts';
import { type Sandbox } from '../sandbox/server.ts';

/** Follows the change feed, renames a customer at the reseller, has it read again, and prints the event that arrives. */
export async function showArrivingChange(baseUrl: string, sandbox: Sandbox, customerId: string): Promise<void> {
  const client = new CustomerProfileClient({ baseUrl });
  await client.profile(customerId, { cacheControl: 'no-cache' });
  const { cursor } = await client.changes.page({ from: 'newest' });
  const leaving = new AbortController();
  const arrives = (async () => {
    const query = { cursor, customerId, type: ['changed' as const], signal: leaving.signal };
    for await (const change of client.changes.follow(query)) return change;
    return undefined;
  })();
  const known = sandbox.customers.list().find(({ resource }) => resource.customerId === customerId);
  if (!known) throw new Error('the sandbox does not know the customer');
  const companyProfile = Object.assign({}, known.resource.companyProfile, { companyName: 'Fairmont & Daughters' });
  const renamed = { ...known.resource, companyProfile };
  sandbox.customers.put({ ...known, resource: renamed });
  console.log(
    `  for await (const change of client.changes.follow({ cursor, customerId: '${customerId}', type: ['changed'] }))`,
  );
  await client.profile(customerId, { cacheControl: 'no-cache' });
  console.log(`  ${JSON.stringify(await arrives)}`);
  leaving.abort();
  sandbox.customers.put(known);
  await client.profile(customerId, { cacheControl: 'no-cache' });
}
