import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { credentials } from '../../sandbox/credentials.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service, type Variables } from '../support/service.ts';
import { resellerOnly } from '../upstream/reading.ts';

let stack: Stack;
let raw: Redis;
let keys: Variables;
const services: Service[] = [];

beforeEach(async () => {
  stack = await startStack();
  raw = new Redis(stack.redis.url);
  keys = { CACHE_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}` };
});

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
  raw.disconnect();
  await stack.close();
});

async function start(more: Variables = keys): Promise<Service> {
  const service = await stack.start(more);
  services.push(service);
  return service;
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
    const fleet = await Promise.all([start(), start(), start()]);
    stack.sandbox.faults.set('token', { kind: 'delay', delayMs: 200 });
    const statuses = await Promise.all(fleet.flatMap((service) => [read(service), read(service), read(service)]));
    expect(statuses).toStrictEqual(Array(9).fill(200));
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
    expect(await read(await start())).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('leave no token and no secret in Redis that can be read', async () => {
    expect(await read(await start())).toBe(200);
    const content = await everything();
    expect(content).toMatch(/reseller-token:\{[\da-f-]{36}\}\n[^]*\bk1\./);
    expect(content).not.toContain('sandbox-issued-');
    for (const secret of [credentials.reseller.clientSecret, credentials.billing.apiKey, 'Bearer'])
      expect(content).not.toContain(secret);
  });

  it('make one token call between them when the token dies', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect([await read(one), await read(two)]).toStrictEqual([200, 200]);
    stack.sandbox.tokens.expireAll();
    stack.sandbox.traffic.reset();
    const reads = Array.from({ length: 40 }, (_, index) => read(index % 2 ? one : two));
    expect(await Promise.all(reads)).toStrictEqual(Array(40).fill(200));
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('take what cannot be opened for nothing, and replace it', async () => {
    const name = `reseller-token:{${credentials.billing.organisation}}`;
    await raw.set(name, 'k1.bm90IHNlYWxlZCBieSB1cyBhdCBhbGwsIG5vdCBldmVu');
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

  it('wait no longer than a lease for a process that died while it asked', async () => {
    await raw.set(`reseller-token:{${credentials.billing.organisation}}:lease`, 'one that died', 'PX', 600);
    expect(await read(await start())).toBe(200);
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
