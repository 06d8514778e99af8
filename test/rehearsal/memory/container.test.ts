import './after-others.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { linkedEverywhere, resource } from '../../../sandbox/customers/making.ts';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { sandboxVariables } from '../../support/service.ts';
import { Container, withoutContainer } from './container.ts';

const LIMIT_BYTES = 512 * 1024 * 1024;
const CUSTOMERS = 10_000;
/** On the second day, when the copies, and all else that has a bound, are full. */
const MORE_CUSTOMERS = 1000;
const LONG_URLS = 10_000;
const AT_ONCE = 32;
const dockerfile = readFileSync('Dockerfile', 'utf8');
const [, NODE_OPTIONS] = /^ENV NODE_OPTIONS="(.*)"$/m.exec(dockerfile) ?? [];
const [, COMMAND] = /^CMD (\["node", .*"dist\/main.js"\])$/m.exec(dockerfile) ?? [];
const COMMAND_OPTIONS = (JSON.parse(String(COMMAND)) as string[]).slice(1, -1);

interface Reader {
  readonly customerId: string;
  readonly billingCustomerId: string;
}

let redis: LocalRedis;
let sandbox: Sandbox;
let built: BuiltService;
let container: Container;
let service: RunningService;
let url: string;
let made = 0;

const describeOrSkip = withoutContainer === null ? describe : describe.skip;

/** A customer with all connectors, known to the upstreams from now on. */
function newCustomer(): Reader {
  made += 1;
  const number = String(made).padStart(6, '0');
  const customer = { customerId: `P300${number}`, billingCustomerId: randomUUID() };
  const name = `Ravensworth Tools ${number}`;
  sandbox.customers.put({
    slug: customer.customerId,
    about: '',
    billingCustomerId: customer.billingCustomerId,
    resource: resource(customer.customerId, name),
    connectors: linkedEverywhere(number, name, `accounts-${number}@example.com`),
  });
  return customer;
}

/** @returns the status */
async function send(method: string, path: string, type = 'application/json', body?: string): Promise<number> {
  const headers = body === undefined ? {} : { 'content-type': type };
  const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  await answer.arrayBuffer();
  return answer.status;
}

/** All that is done for one of many customers: one in three has a stored link and one is forgotten. */
async function live({ customerId, billingCustomerId }: Reader, number: number): Promise<readonly number[]> {
  const profile = `/v1/customer-profiles/${customerId}`;
  const body = JSON.stringify({ billingCustomerId });
  if (number % 3 > 0) return [await send('GET', `${profile}?billingCustomerId=${billingCustomerId}`)];
  const stored = await send('PUT', `/v1/customer-links/${customerId}`, 'application/json', body);
  return [stored - 1, await send('GET', profile), (await send('DELETE', `${profile}/cache`)) - 4];
}

/** So many times, a few at once. @returns how many statuses of each there were */
async function times(count: number, work: (number: number) => Promise<readonly number[]>): Promise<object> {
  const statuses: Record<number, number> = {};
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      for (const status of await work(begun)) statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return statuses;
}

/** So many different customers, ten thousand long URLs, and two imports of the largest size at once. */
async function day(customers: number): Promise<void> {
  const thirds = Math.floor(customers / 3);
  expect(await times(customers, (number) => live(newCustomer(), number))).toEqual({ 200: customers + 2 * thirds });
  sandbox.customers.reset();
  const long = await times(LONG_URLS, async (number) => [
    await send('GET', `/v1/customer-profiles/P2${number}?fields=${'name,email,'.repeat(1000)}name`),
  ]);
  expect(long).toEqual({ 400: LONG_URLS });
  const line = (): string => JSON.stringify({ customerId: `I${randomUUID()}`, billingCustomerId: randomUUID() });
  const file = Array.from({ length: 100_000 }, line).join('\n');
  const imported = [file, file].map((body) => send('POST', '/v1/customer-links/import', 'application/x-ndjson', body));
  expect(await Promise.all(imported)).toEqual([200, 200]);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describeOrSkip(`a container of 512 MiB, with the options of the image (E2, K1, K2)${withoutContainer ?? ''}`, () => {
  beforeAll(async () => {
    [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
    built = buildService();
    container = new Container('customer-profiles', LIMIT_BYTES);
    const command = container.commandOf(process.execPath, ...COMMAND_OPTIONS, built.main);
    const patient = { REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', BILLING_TIMEOUT_MS: '60000' };
    const variables = sandboxVariables(sandbox.url, { ...patient, REDIS_URL: redis.url, LOG_LEVEL: 'info' });
    service = built.start({ ...variables, NODE_OPTIONS: String(NODE_OPTIONS) }, command);
    url = await service.url;
  });

  afterAll(async () => {
    built.endAll();
    await Promise.all([container.remove(), sandbox.close(), redis.kill()]);
  });

  it('is what the process knows as its limit, and Node gives half of it to the heap', async () => {
    expect(await metric('process_memory_limit_bytes')).toBe(LIMIT_BYTES);
  });

  it('is enough for ten thousand different customers, as many long URLs, and two imports at once, and for a second day', async () => {
    await day(CUSTOMERS);
    await day(MORE_CUSTOMERS);
    expect(container.outOfMemoryKills).toBe(0);
    // The alert on memory is silent.
    expect(await metric('process_resident_memory_bytes')).toBeLessThan(0.94 * LIMIT_BYTES);
  }, 900_000);
});
