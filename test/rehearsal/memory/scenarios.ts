import { Agent, request } from 'node:http';
import { startRedis } from '../../../sandbox/redis/local-redis.ts';
import { Tokens } from '../../../src/auth/tokens.ts';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { CachedCustomer } from '../../../src/profile-cache/cached-customer.ts';
import { toResponse } from '../../../src/profile-cache/cached-response.ts';
import { EagerRefresh } from '../../../src/profile-cache/eager-refresh.ts';
import { MemoryCache } from '../../../src/profile-cache/memory-cache.ts';
import { type Part } from '../../../src/profile-cache/part.ts';
import { RecentFailures } from '../../../src/profile-refresh/recent-failures.ts';
import { RollingCount } from '../../../src/resilience/rolling-count.ts';
import { Metrics } from '../../../src/telemetry/metrics.ts';
import { AUDIENCE, ISSUER, startKeyServer } from '../../auth/key-server.ts';
import { sandboxVariables, startService } from '../../support/service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { wideInvalidations } from '../../support/wide-invalidations.ts';

/** What a scenario keeps. */
export interface Kept {
  /** As how many bytes the service counts it; 0: it counts pieces, not bytes. It also keeps the pieces from being collected. */
  counted(): number;
}

const ORGANISATION = '0b8b4f6e-6d4c-4e55-8f0f-7d1d5a0c2b11';
const variables = sandboxVariables('http://127.0.0.1:9');
const config = new Config(readEnv(variables));
const clock = new TestClock();
const wide = wideInvalidations(config, clock);
const times = { fetchedAt: 1, checkedAt: 1, changedAt: 1, freshUntil: 1, staleUntil: 1 };
const failure = { state: 'timeout', status: null, at: 1, attempts: 1, retryAt: 1 } as const;

/** A URL of 14 kB, as it comes from a socket. */
const urlOf = (index: number): string =>
  Buffer.from(
    `/v1/customer-profiles/customer-${String(index).padStart(9, '0')}?fields=${'x'.repeat(14_000)}`,
  ).toString();

/** An id as the framework has it: cut out of its URL. */
const customerIdOf = (index: number): string => urlOf(index).slice(22, 40);

/** Parts as they are parsed of upstreams' answers. */
function partsOf(index: number, contacts: number): ReadonlyMap<string, Part> {
  const contact = { name: `Person ${index}`, email: `person-${index}@example.com`, phone: null, isPrimary: true };
  const value = { name: `Ravensworth Tools ${index}`, contacts: Array.from({ length: contacts }, () => contact) };
  const part: Part = { state: 'ok', value, ...times, failure: null };
  const text = JSON.stringify(Array.from({ length: 12 }, (_, number) => [`source-${number}@${ORGANISATION}`, part]));
  return new Map(JSON.parse(text) as [string, Part][]);
}

/** Memory that a request allocates and does not keep. */
const litter = (): void => {
  for (let pieces = 0; pieces < 40; pieces += 1) Buffer.from('x'.repeat(1500));
};

function copiesOf(customers: number, contacts: number): Kept {
  const memory = new MemoryCache(config, clock, wide, new Metrics());
  for (let index = 0; index < customers; index += 1) {
    const key = { organisation: ORGANISATION, customerId: customerIdOf(index), scope: '', variant: 'stored-link' };
    const parts = partsOf(index, contacts);
    const response = toResponse(ORGANISATION, [...parts.values()], Object.fromEntries(parts), 'key', 0);
    const customer = CachedCustomer.EMPTY.with('1', parts, response, key.variant, 1);
    memory.put(key, { customer, generation: '1', isShared: true }, memory.heard());
    // A read of something else than the ready response.
    memory.get(key)?.customer.partsOf(key.variant);
    litter();
  }
  return { counted: () => memory.bytes };
}

/** Each remembers what came of many different customers, tokens or URLs. */
export const scenarios: Readonly<Record<string, () => Kept | Promise<Kept>>> = {
  'ten thousand small customers': () => copiesOf(10_000, 1),
  'a thousand customers of 200 kB': () => copiesOf(1000, 100),
  'a hundred customers of 2 MB': () => copiesOf(100, 1000),
  'a million forgotten customers': () => forgotten(1_000_000, (index) => `customer-${index}`),
  'ten thousand forgotten customers with long URLs': () => forgotten(10_000, customerIdOf),
  'ten thousand popular customers with long URLs': () => {
    const eager = new EagerRefresh(config);
    const read = (customerId: string): boolean =>
      eager.shouldRefresh({ organisation: ORGANISATION, customerId, scope: '', variant: 'stored-link' }, 1, 1);
    for (let index = 0; index < 10_000; index += 1) read(customerIdOf(index));
    return { counted: () => Number(read('1000')) };
  },
  'a thousand failures with long URLs': () => {
    const failures = new RecentFailures();
    const source = { organisation: ORGANISATION, source: 'reseller' } as const;
    const failed: Part = { state: 'timeout', value: null, ...times, failure };
    for (let index = 0; index < 1000; index += 1) failures.note({ ...source, customerId: customerIdOf(index) }, failed);
    return { counted: () => Number(failures.of({ ...source, customerId: '1000' })) };
  },
  'ten thousand long URLs': async () => {
    const { url } = await startService({ ...variables, LOG_LEVEL: 'error' }, { time: 'real' });
    const agent = new Agent({ keepAlive: true });
    for (let index = 0; index < 10_000; index += 1) await readNothing(`${url}${readOf(index)}`, agent);
    return { counted: () => Object.keys(agent.freeSockets).length };
  },
  'a million calls that nobody asks about': () => {
    const count = new RollingCount(1000);
    for (let call = 0; call < 1_000_000; call += 1) count.add(1000 * call);
    return { counted: () => count.total(0) };
  },
  'three thousand callers with long tokens': async () => {
    const keyServer = await startKeyServer(clock);
    const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
    const service = await startService({ ...variables, AUTH_MODE: 'jwt', ...jwt }, { clock, time: 'real' });
    const tokens = service.app.get(Tokens);
    for (let caller = 0; caller < 3000; caller += 1) {
      const sub = `caller ${caller} ${'x'.repeat(10_000)}`;
      await tokens.check(`Bearer ${await keyServer.sign('ES256', { sub, organisation: ORGANISATION })}`);
    }
    return { counted: () => Number(tokens !== service.app.get(Tokens)) };
  },
  'twenty imports, whose connections stay open': async () => {
    const redis = await startRedis();
    const { url } = await startService({ ...variables, REDIS_URL: redis.url }, { time: 'real' });
    // All at once would be too many imports; each has a connection of its own all the same.
    const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true }));
    for (const agent of agents) await importLongLine(`${url}/v1/customer-links/import`, agent);
    return { counted: () => agents.flatMap(({ freeSockets }) => Object.values(freeSockets)).length };
  },
};

/** A list as long as it may be, and percent-encoded as no client needs to. */
const longList = (name: string): string =>
  Array(32)
    .fill(name)
    .join()
    .replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
const LONG_QUERY = `connectors=${longList('salesforce')}&require=${longList('salesforce')}&fields=${longList('account.otherLinkedMemberships')}`;

/** A valid read with a URL of 5 kB. */
const readOf = (index: number): string => `/v1/customer-profiles/${1_000_000_000 + index}?${LONG_QUERY}`;

/** Reads a profile that is not cached, and is fetched from nowhere. */
async function readNothing(url: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const sent = request(url, { agent, headers: { 'cache-control': 'only-if-cached' } }, (answer) => {
    if (answer.statusCode !== 504) reject(new Error(`answered ${answer.statusCode}`));
    answer.resume().once('end', () => {
      resolve(undefined);
    });
  });
  sent.once('error', reject).end();
  await promise;
}

/** Imports a file of 5 MB, a line that is refused. */
async function importLongLine(url: string, agent: Agent): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
    answer.resume().once('end', () => {
      resolve(undefined);
    });
  });
  sent.once('error', reject).end('x'.repeat(5_000_000));
  await promise;
}

function forgotten(customers: number, idOf: (index: number) => string): Kept {
  const memory = new MemoryCache(config, clock, wide, new Metrics());
  for (let index = 0; index < customers; index += 1)
    memory.invalidate({ organisation: ORGANISATION, customerId: idOf(index) });
  return { counted: () => memory.bytes };
}
