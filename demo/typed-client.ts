import { CustomerProfileClient } from '../client/src/index.ts';

/** Asks for a profile twice with the typed client and prints the calls and the metadata of the answers. */
export async function showTypedClient(
  baseUrl: string,
  { customerId, billingCustomerId }: { readonly customerId: string; readonly billingCustomerId: string },
): Promise<void> {
  const client = new CustomerProfileClient({ baseUrl });
  console.log(`  client.profile('${customerId}', { billingCustomerId: '${billingCustomerId}', timeoutMs: 2000 })`);
  for (const nth of ['first', 'second']) {
    const { value, notModified, ageSeconds, complete } = await client.profile(customerId, {
      billingCustomerId,
      timeoutMs: 2000,
    });
    console.log(`  ${nth}: ${JSON.stringify({ name: value.name, complete, ageSeconds, notModified })}`);
  }
}
