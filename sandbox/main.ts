/**
 * Runs the sandbox by itself: `node sandbox/main.ts`.
 * Environment: PORT (4010), HOST (127.0.0.1), BILLING_LIST_KEY (data or results).
 */
import { controlRoutes } from './control-api.ts';
import { credentials } from './credentials.ts';
import { tokenPath } from './reseller/token-api.ts';
import { type Sandbox, startSandbox } from './server.ts';

const { PORT = '4010', HOST = '127.0.0.1', BILLING_LIST_KEY = 'data' } = process.env;

if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
  fail('PORT must be a whole number from 0 to 65535');
} else if (BILLING_LIST_KEY !== 'data' && BILLING_LIST_KEY !== 'results') {
  fail('BILLING_LIST_KEY must be data or results');
} else {
  const sandbox = await startSandbox({ port: Number(PORT), host: HOST, billingListKey: BILLING_LIST_KEY });
  const stop = (): void => void sandbox.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  console.log(greeting(sandbox));
}

function greeting({ url, customers }: Sandbox): string {
  const { reseller, billing } = credentials;
  const lines = customers.list().map(({ slug, about, resource, billingCustomerId }) => {
    return `  ${slug.padEnd(28)} ${resource.customerId.padEnd(12)} ${billingCustomerId ?? '-'}\n    ${about}`;
  });
  return [
    `Sandbox of both upstream APIs at ${url}`,
    `  reseller customers API  ${url}/v3/customers/{customerId}  key ${reseller.apiKey}, token ${reseller.accessToken}`,
    `  token endpoint          ${url}${tokenPath}  secret ${reseller.clientSecret}`,
    `  billing connectors API  ${url}/customers/{uuid}/connector/{name}  key ${billing.apiKey}, organisation ${billing.organisation}`,
    'Customers (slug, customer id, billing customer id)',
    ...lines,
    'Control',
    ...controlRoutes.map((route) => `  ${route}`),
  ].join('\n');
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
