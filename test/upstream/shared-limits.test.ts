import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { Quota } from '../../src/upstream/quota.ts';
import { Standoffs } from '../../src/upstream/standoffs.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';

const LIMIT = 50;
const XERO = { upstream: 'billing', organisation: 'one' } as const;

let redis: LocalRedis;
let raw: Redis;
let services: Service[];

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.url);
});

beforeEach(async () => {
  await raw.flushall();
  services = [];
});

afterEach(() => Promise.all(services.map((service) => service.close())));

afterAll(async () => {
  raw.disconnect();
  await redis.kill();
});

/** A process of the fleet; `more` without REDIS_URL has it use the one of this file. */
async function start(more: Variables = {}): Promise<Service> {
  const limits = { REDIS_TIMEOUT_MS: '500', RESELLER_QUOTA_CALLS: String(LIMIT), RESELLER_QUOTA_CALLS_ALONE: '7' };
  const service = await startService(
    sandboxVariables('http://127.0.0.1:1', { REDIS_URL: redis.url, ...limits, ...more }),
  );
  services.push(service);
  await eventually('Redis is reached', () => service.log.some(({ event }) => event === 'redis_reachable'));
  return service;
}

const quotaOf = (service: Service): Quota => service.app.get(Quota, { strict: false });
const standoffsOf = (service: Service): Standoffs => service.app.get(Standoffs, { strict: false });

async function grants(quota: Quota, count: number, organisation = 'one'): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => quota.take(organisation)));
  return answers.filter(({ granted }) => granted).length;
}

describe('the quota', () => {
  it('is exact for two processes that ask at once, and apart for each organisation', async () => {
    const [one, two] = [quotaOf(await start()), quotaOf(await start())];
    const [byOne, byTwo, ofOther] = await Promise.all([grants(one, 40), grants(two, 40), grants(one, 10, 'two')]);
    expect(byOne + byTwo).toBe(LIMIT);
    expect(ofOther).toBe(10);
    expect(two.left('two')).toBeNull();
    expect(one.left('two')).toBe(LIMIT - 10);
    expect((await one.take('one')).granted).toBe(false);
    expect(one.left('one')).toBe(0);
  });

  it('rolls: it is free again when it says so, some five seconds after the first call', async () => {
    const quota = quotaOf(await start());
    expect(await grants(quota, LIMIT)).toBe(LIMIT);
    const { granted, left, waitMs } = await quota.take('one');
    expect({ granted, left }).toStrictEqual({ granted: false, left: 0 });
    expect(waitMs).toBeGreaterThan(4500);
    expect(waitMs).toBeLessThanOrEqual(5500);
    await new Promise((later) => setTimeout(later, waitMs + 5));
    expect((await quota.take('one')).granted).toBe(true);
  });

  it('forgets itself: its key in Redis ends with its window', async () => {
    await quotaOf(await start()).take('one');
    const [key = ''] = await raw.keys('upstream-quota:*');
    expect(key).toBe('upstream-quota:{reseller:one}');
    expect(await raw.pttl(key)).toBeGreaterThan(5000);
    expect(await raw.pttl(key)).toBeLessThanOrEqual(5500);
  });

  it('is a process’s own share while Redis is away', async () => {
    const own = await startRedis();
    const quota = quotaOf(await start({ REDIS_URL: own.url }));
    await own.kill();
    expect(await grants(quota, 30)).toBe(7);
    expect((await quota.take('one')).waitMs).toBeGreaterThan(4000);
  });
});

describe('a standoff', () => {
  it('holds for every process, for one upstream of one organisation', async () => {
    const [one, two] = [standoffsOf(await start()), standoffsOf(await start())];
    one.begin(XERO, 60_000);
    await eventually('the other knows', async () => (await two.remainingMs(XERO)) > 59_000);
    expect(await one.remainingMs(XERO)).toBeGreaterThan(59_000);
    expect(await two.remainingMs({ ...XERO, organisation: 'two' })).toBe(0);
    expect(await two.remainingMs({ ...XERO, upstream: 'reseller' })).toBe(0);
  });

  it('is never shortened, by whomever', async () => {
    const [one, two] = [standoffsOf(await start()), standoffsOf(await start())];
    one.begin(XERO, 60_000);
    await eventually('it is in Redis', async () => (await raw.exists('upstream-standoff:{billing:one}')) === 1);
    one.begin(XERO, 10);
    two.begin(XERO, 20);
    await two.remainingMs({ ...XERO, organisation: 'afterwards' });
    expect(await raw.pttl('upstream-standoff:{billing:one}')).toBeGreaterThan(50_000);
    expect(await one.remainingMs(XERO)).toBeGreaterThan(50_000);
    two.begin(XERO, 120_000);
    await eventually('it is longer', async () => (await raw.pttl('upstream-standoff:{billing:one}')) > 100_000);
  });

  it('is over when its time is up', async () => {
    const standoffs = standoffsOf(await start());
    standoffs.begin(XERO, 30);
    expect(await standoffs.remainingMs(XERO)).toBeGreaterThan(0);
    await eventually('it is over', async () => (await standoffs.remainingMs(XERO)) === 0);
  });

  it('is kept by the process that was told while Redis is away', async () => {
    const own = await startRedis();
    const standoffs = standoffsOf(await start({ REDIS_URL: own.url }));
    await own.kill();
    standoffs.begin(XERO, 60_000);
    expect(await standoffs.remainingMs(XERO)).toBeGreaterThan(59_000);
  });
});
