import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { Quota } from '../../../src/upstream/quota/quota.ts';
import { NOBODY, type QuotaUser } from '../../../src/upstream/quota/quota-user.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';
import { PATIENT_REDIS } from '../reading.ts';

const LIMIT = 100;
const WINDOW_MS = 5000;
const user = (name: string, quotaShare = 0, quotaCeiling = 1): QuotaUser => ({
  name,
  limits: { quotaShare, quotaCeiling },
});

let redis: LocalRedis;
let raw: Redis;
let service: Service;
let quota: Quota;

beforeAll(async () => {
  redis = await startRedis();
  raw = rawRedis(redis.url);
});

afterAll(async () => {
  raw.disconnect();
  await redis.kill();
});

async function granted(by: QuotaUser, count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => quota.take('one', by)));
  return answers.filter((answer) => answer.granted).length;
}

describe.each(['with Redis', 'without Redis'])('shares of the quota, %s', (where) => {
  beforeEach(async () => {
    await raw.flushall();
    const limits = { ...PATIENT_REDIS, RESELLER_QUOTA_CALLS: String(LIMIT), RESELLER_QUOTA_CALLS_LOCAL: String(LIMIT) };
    const address = where === 'with Redis' ? { REDIS_URL: redis.url } : {};
    service = await startService(sandboxVariables('http://127.0.0.1:1', { ...address, ...limits }));
    if (where === 'with Redis')
      await eventually('Redis is reached', () => service.log.some(({ event }) => event === 'redis_reachable'));
    quota = service.app.get(Quota, { strict: false });
  });

  afterEach(() => service.close());

  it('are lent while their owner sends no calls', async () => {
    expect(await granted(user('greedy'), 200)).toBe(LIMIT);
    expect(await granted(user('owner', 0.5), 1)).toBe(0);
  });

  it('are kept for an owner that asks, as far as it asks', async () => {
    const owner = user('owner', 0.4);
    expect(await granted(owner, 10)).toBe(10);
    // Twice its demand and five more; ten of them are its own.
    expect(await granted(user('greedy'), 200)).toBe(LIMIT - 25);
    expect(await granted(owner, 100)).toBe(15);
  });

  it('are never kept beyond their size', async () => {
    const owner = user('owner', 0.4);
    expect(await granted(owner, 90)).toBe(90);
    expect(await granted(user('greedy'), 50)).toBe(10);
  });

  it('are there again with the next window, however much others ask', async () => {
    const [owner, greedy] = [user('owner', 0.4), user('greedy')];
    await granted(greedy, 200);
    service.clock.advance(1000);
    expect(await granted(owner, 30)).toBe(0);
    service.clock.advance(WINDOW_MS - 500);
    expect(await granted(greedy, 200)).toBeLessThanOrEqual(LIMIT - 5);
    expect(await granted(owner, 3)).toBe(3);
  });

  it('leave refreshes that no caller waits for to the end', async () => {
    await granted(user('owner', 0.5), 20);
    expect(await granted(NOBODY, 200)).toBe(LIMIT - 45);
  });

  it('have a ceiling, also when others ask for nothing', async () => {
    const capped = user('capped', 0.1, 0.3);
    expect(await granted(capped, 200)).toBe(30);
    expect(await granted(user('other'), 200)).toBe(LIMIT - 30);
  });

  it('come back with what was not called after all', async () => {
    const capped = user('capped', 0.1, 0.3);
    const grants = await Promise.all(Array.from({ length: 30 }, () => quota.take('one', capped)));
    for (const { giveBack } of grants.slice(0, 10)) giveBack();
    await eventually('they are given back', async () => (await granted(capped, 1)) === 1);
    expect(await granted(capped, 200)).toBe(9);
  });
});

it('the count names no caller', async () => {
  await raw.flushall();
  const own = await startService(sandboxVariables('http://127.0.0.1:1', { ...PATIENT_REDIS, REDIS_URL: redis.url }));
  await eventually('Redis is reached', () => own.log.some(({ event }) => event === 'redis_reachable'));
  await own.app.get(Quota, { strict: false }).take('one', user('ravensworth@example.com', 0.5));
  const [key = ''] = await raw.keys('upstream-quota:*');
  expect(JSON.stringify(await raw.hgetall(key))).not.toContain('ravensworth');
  await own.close();
});
