/** The floor of a cold read: a bare `node:http` server that makes the same twelve calls for each request, reads their JSON, and keeps nothing. */
import { randomUUID } from 'node:crypto';
import { Agent, createServer, get } from 'node:http';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const CONNECTORS = 'stripe adyen quickbooks xero zoho netsuite avalara anrok salesforce hubspot dealhub'.split(' ');
const { PORT, RESELLER_API_URL, RESELLER_API_KEY, RESELLER_ACCESS_TOKEN = '' } = process.env;
const { BILLING_API_URL, BILLING_API_KEY, BILLING_ORGANISATION } = process.env;
const agent = new Agent({ keepAlive: true });

const server = createServer((request, response) => {
  if (!request.url?.startsWith('/v1/')) {
    response.writeHead(404).end();
    return;
  }
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const customerId = pathname.slice(pathname.lastIndexOf('/') + 1);
  void Promise.all(calls(customerId, searchParams.get('billingCustomerId') ?? '')).then(([reseller, ...connectors]) => {
    const body = JSON.stringify({ customerId, reseller: reseller?.status, connectors: connectors.map(({ status }) => status) }); // prettier-ignore
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(Number(PORT), '127.0.0.1');

function calls(customerId: string, billingCustomerId: string): readonly Promise<Answer>[] {
  const toReseller = call(`${RESELLER_API_URL}/v3/customers/${customerId}`, {
    'X-Api-Key': RESELLER_API_KEY,
    Authorization: `Bearer ${RESELLER_ACCESS_TOKEN}`,
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'X-Correlation-Id': randomUUID(),
    'X-Request-Id': randomUUID(),
  });
  const headers = { 'x-api-key': BILLING_API_KEY, organisation: BILLING_ORGANISATION };
  return [
    toReseller,
    ...CONNECTORS.map((name) => call(`${BILLING_API_URL}/customers/${billingCustomerId}/connector/${name}`, headers)),
  ];
}

function call(url: string, headers: Readonly<Record<string, string | undefined>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', reject).once('end', () => {
        resolve({ status: response.statusCode ?? NaN, body: JSON.parse(text) as unknown });
      });
    }).once('error', reject);
  });
}
