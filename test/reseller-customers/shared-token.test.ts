import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { credentials } from '../../sandbox/credentials.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { pass, throughWaits } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { organisationAt, type Service, type ServiceOptions, type Variables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { resellerOnly } from '../upstream/reading.ts';

let stack: Stack;
let raw: Redis;
let keys: Variables;
const services: Service[] = [];

/** The key under which the services of this test share their token. */
const sharedKey = (): string => `reseller-token:{${organisationAt(stack.sandbox.url).tokenClient}}`;
const leaseKey = (): string => `${sharedKey()}:lease`;
const LEASE_MS = 3000;
const POLL_INTERVAL_MS = 50;
/** What the issuer says that a token lives, less a moment for the test. */
const TOKEN_LIFE_MS = 86_399_000 - 30_000;
/** One that waits for another’s token looks for it so often. */
const isLook = (ms: number): boolean => ms === POLL_INTERVAL_MS;

beforeEach(async () => {
  stack = await startStack();
  raw = rawRedis(stack.redis.url);
  keys = { CACHE_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` };
});

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
  raw.disconnect();
  await stack.close();
});

async function start(more: Variables = keys, options: ServiceOptions = {}): Promise<Service> {
  const service = await stack.start(more, options);
  services.push(service);
  return service;
}

/** Processes with one time, which stands still once all have started. */
async function startFleet(): Promise<readonly [Service, Service, Service]> {
  const options = { clock: new TestClock(), time: 'real' } as const;
  const fleet = await Promise.all([start(keys, options), start(keys, options), start(keys, options)]);
  options.clock.stop();
  return fleet;
}

/** The token call that is held is answered when so many others wait for it; they find the token when they look again. */
async function oneAsksForAll(clock: TestClock, others: number): Promise<void> {
  await stack.sandbox.traffic.until(({ bySource }) => bySource.token === 1);
  // In Redis time passes: its lease is to last until it is given back.
  await raw.persist(leaseKey());
  await clock.whenSet(isLook, others);
  stack.sandbox.faults.clear();
  await eventually('the lease is given back', async () => (await raw.exists(leaseKey())) === 0);
  clock.advance(POLL_INTERVAL_MS);
}

const read = async (service: Service): Promise<number> =>
  (await service.http.get(resellerOnly(stack, 1)[0] ?? '')).status;

/** Everything in Redis, as text. */
async function everything(): Promise<string> {
  const names = await raw.keys('*');
  const values = await Promise.all(
    names.map(async (name) => {
      const type = await raw.type(name);
      if (type === 'hash') return JSON.stringify(await raw.hgetall(name));
      return type === 'zset' ? JSON.stringify(await raw.zrange(name, '0', '-1')) : ((await raw.get(name)) ?? '');
    }),
  );
  return [...names, ...values].join('\n');
}

describe('processes that share a Redis and CACHE_ENCRYPTION_KEYS', () => {
  it('make one token call between them, also when all start at once', async () => {
    const fleet = await startFleet();
    stack.sandbox.faults.set('token', { kind: 'hold' });
    const statuses = Promise.all(fleet.flatMap((service) => [read(service), read(service), read(service)]));
    await oneAsksForAll(fleet[0].clock, 2);
    expect(await statuses).toStrictEqual(Array(9).fill(200));
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
    expect(await read(await start())).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('leave no token and no secret in Redis that can be read', async () => {
    expect(await read(await start())).toBe(200);
    const content = await everything();
    expect(content).toMatch(/reseller-token:\{[\w-]{12}\}\n[^]*\bk1\./);
    expect(content).not.toContain('sandbox-issued-');
    for (const secret of [credentials.reseller.clientSecret, credentials.billing.apiKey, 'Bearer'])
      expect(content).not.toContain(secret);
  });

  it('make one token call between them when the token dies', async () => {
    const [one, two] = await startFleet();
    expect(await read(one)).toBe(200);
    expect(await read(two)).toBe(200);
    stack.sandbox.tokens.expireAll();
    stack.sandbox.traffic.reset();
    stack.sandbox.faults.set('token', { kind: 'hold' });
    const reads = Array.from({ length: 40 }, (_, index) => read(index % 2 ? one : two));
    await oneAsksForAll(one.clock, 1);
    expect(await Promise.all(reads)).toStrictEqual(Array(40).fill(200));
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('use it to its end when a new process cannot have another one (U4)', async () => {
    const one = await start();
    expect(await read(one)).toBe(200);
    stack.sandbox.faults.set('token', { kind: 'status', status: 500 });
    const clock = new TestClock();
    const later = await start(keys, { clock });
    await pass(TOKEN_LIFE_MS - 60_000, later);
    expect(await read(later)).toBe(200);
    await pass(100_000, later);
    expect(await read(later)).toBe(503);
  });

  it('take what cannot be opened for nothing, and replace it', async () => {
    await raw.set(sharedKey(), 'k1.bm90IHNlYWxlZCBieSB1cyBhdCBhbGwsIG5vdCBldmVu');
    expect(await read(await start())).toBe(200);
    expect(await read(await start())).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('do without each other while Redis is away', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await stack.redis.kill();
    expect(await Promise.all([read(one), read(two)])).toStrictEqual([200, 200]);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
  });

  it('ask themselves as soon as the lease of a process that died while it asked has ended', async () => {
    await raw.set(leaseKey(), 'one that died');
    const service = await start();
    const status = read(service);
    await service.clock.whenSet(isLook);
    await raw.del(leaseKey());
    service.clock.advance(POLL_INTERVAL_MS);
    expect(await status).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('wait no longer than a lease for a process that died while it asked', async () => {
    await raw.set(leaseKey(), 'one that died');
    const service = await start();
    const startedAt = service.clock.monotonic();
    expect(await throughWaits(service, read(service), POLL_INTERVAL_MS, isLook)).toBe(200);
    expect(service.clock.monotonic() - startedAt).toBeGreaterThanOrEqual(LEASE_MS);
    expect(service.clock.monotonic() - startedAt).toBeLessThanOrEqual(LEASE_MS + 2 * POLL_INTERVAL_MS);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });
});

describe('processes without CACHE_ENCRYPTION_KEYS', () => {
  it('share nothing: each asks for itself, and nothing secret is in Redis', async () => {
    const [one, two] = await Promise.all([start({}), start({})]);
    expect([await read(one), await read(two)]).toStrictEqual([200, 200]);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
    const content = await everything();
    expect(content).toContain('customer-profiles:');
    expect(content).not.toContain('token');
    expect(content).not.toContain(credentials.reseller.clientSecret);
  });
});
