import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { CLOCK_SKEW_MS, CLOCK_TOLERANCE_MS, EXPIRY_MARGIN_MS } from '../../src/config/clock.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { Cooldowns } from '../../src/upstream/cooldowns.ts';
import { Quota } from '../../src/upstream/quota/quota.ts';
import { NOBODY } from '../../src/upstream/quota/quota-user.ts';
import { eventually } from '../support/eventually.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';
import { PATIENT_REDIS } from './reading.ts';

const LIMIT = 50;
const WINDOW_MS = 5000;
const BUCKET_MS = 250;
const QUOTA_KEY = 'upstream-quota:{reseller:one}';
const XERO = { upstream: 'billing', organisation: 'one' } as const;
const COOLDOWN_KEY = 'upstream-cooldown:{billing:one}';
/** The cooldown as it is in Redis, to tell when it has been replaced. */
const storedCooldown = (): Promise<string | null> => raw.get(COOLDOWN_KEY);

let redis: LocalRedis;
let raw: Redis;
let services: Service[];

beforeAll(async () => {
  redis = await startRedis();
  raw = rawRedis(redis.url);
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
  const limits = { ...PATIENT_REDIS, RESELLER_QUOTA_CALLS: String(LIMIT), RESELLER_QUOTA_CALLS_LOCAL: '7' };
  const service = await startService(
    sandboxVariables('http://127.0.0.1:1', { REDIS_URL: redis.url, ...limits, ...more }),
  );
  services.push(service);
  await eventually('Redis is reached', () => service.log.some(({ event }) => event === 'redis_reachable'));
  return service;
}

const quotaOf = (service: Service): Quota => service.app.get(Quota, { strict: false });
const cooldownsOf = (service: Service): Cooldowns => service.app.get(Cooldowns, { strict: false });

async function grants(quota: Quota, count: number, organisation = 'one'): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => quota.take(organisation, NOBODY)));
  return answers.filter(({ granted }) => granted).length;
}

/** Of all callers together, by bucket. */
async function allCounts(): Promise<Record<string, string>> {
  const fields = Object.entries(await raw.hgetall(QUOTA_KEY));
  return Object.fromEntries(fields.filter(([field]) => /^\d+$/.test(field)));
}

describe('the quota', () => {
  it('is exact for two processes that ask at once, and separate for each organisation', async () => {
    const [one, two] = [quotaOf(await start()), quotaOf(await start())];
    const [byOne, byTwo, ofOther] = await Promise.all([grants(one, 40), grants(two, 40), grants(one, 10, 'two')]);
    expect(byOne + byTwo).toBe(LIMIT);
    expect(ofOther).toBe(10);
    expect(two.left('two')).toBeNull();
    expect(one.left('two')).toBe(LIMIT - 10);
    expect((await one.take('one', NOBODY)).granted).toBe(false);
    expect(one.left('one')).toBe(0);
  });

  it('rolls: it is free again when it says so, some five seconds after the first call', async () => {
    const service = await start();
    const quota = quotaOf(service);
    expect(await grants(quota, LIMIT)).toBe(LIMIT);
    const oldest = Math.min(...Object.keys(await allCounts()).map(Number));
    const { granted, left, waitMs } = await quota.take('one', NOBODY);
    expect({ granted, left }).toStrictEqual({ granted: false, left: 0 });
    expect(waitMs).toBe(oldest * BUCKET_MS + WINDOW_MS + BUCKET_MS - service.clock.now());
    service.clock.advance(waitMs - 1);
    expect((await quota.take('one', NOBODY)).granted).toBe(false);
    service.clock.advance(1);
    expect((await quota.take('one', NOBODY)).granted).toBe(true);
  });

  it('does not count what a clock that was ahead has counted, and never waits longer than its window (E3)', async () => {
    const service = await start();
    const quota = quotaOf(service);
    const bucket = Math.floor(service.clock.now() / BUCKET_MS);
    await raw.hset(QUOTA_KEY, { [bucket + 14_400]: LIMIT, [bucket - 14_400]: LIMIT });
    expect((await quota.take('one', NOBODY)).granted).toBe(true);
    await raw.hset(QUOTA_KEY, { [bucket + 4]: LIMIT });
    const { granted, waitMs } = await quota.take('one', NOBODY);
    expect(granted).toBe(false);
    expect(waitMs).toBeLessThanOrEqual(WINDOW_MS + BUCKET_MS);
  });

  it('outlives a jump of Redis’s clock, as its calls end by the time that processes agree on (E3)', async () => {
    await quotaOf(await start()).take('one', NOBODY);
    expect(await raw.keys('upstream-quota:*')).toStrictEqual([QUOTA_KEY]);
    const leftMs = await raw.pttl(QUOTA_KEY);
    expect(leftMs).toBeGreaterThan(EXPIRY_MARGIN_MS);
    expect(leftMs).toBeLessThanOrEqual(EXPIRY_MARGIN_MS + WINDOW_MS + 2 * BUCKET_MS);
  });

  it('takes a call back that was not made, from the bucket in which it was counted', async () => {
    const service = await start();
    const answered = (): Promise<unknown> =>
      service.app.get(RedisConnection, { strict: false }).run((client) => client.ping());
    const { giveBack } = await quotaOf(service).take('one', NOBODY);
    const [bucket = ''] = Object.keys(await allCounts());
    const earlier = String(Number(bucket) - 1);
    const later = String(Number(bucket) + 1);
    await raw.hset(QUOTA_KEY, { [earlier]: 3, [bucket]: 2, [later]: 4 });
    giveBack();
    await answered();
    expect(await allCounts()).toStrictEqual({ [earlier]: '3', [bucket]: '1', [later]: '4' });
    giveBack();
    await answered();
    expect(await allCounts()).toStrictEqual({ [earlier]: '3', [later]: '4' });
    expect(await grants(quotaOf(service), LIMIT)).toBe(LIMIT - 7);
  });

  it('returns an unused permit without Redis, too', async () => {
    const own = await startRedis();
    const quota = quotaOf(await start({ REDIS_URL: own.url }));
    await own.kill();
    const first = await quota.take('one', NOBODY);
    expect(await grants(quota, 10)).toBe(6);
    first.giveBack();
    expect(await grants(quota, 10)).toBe(1);
  });

  it('is a process’s own share while Redis is unreachable', async () => {
    const own = await startRedis();
    const service = await start({ REDIS_URL: own.url });
    const quota = quotaOf(service);
    await own.kill();
    expect(await grants(quota, 30)).toBe(7);
    expect((await quota.take('one', NOBODY)).waitMs).toBe(WINDOW_MS + BUCKET_MS);
    service.clock.advance(WINDOW_MS + BUCKET_MS - 1);
    expect((await quota.take('one', NOBODY)).waitMs).toBe(1);
    service.clock.advance(1);
    expect(await grants(quota, 30)).toBe(7);
  });
});

describe('a cooldown', () => {
  it('holds for every process, for one upstream of one organisation', async () => {
    const [one, two] = [cooldownsOf(await start()), cooldownsOf(await start())];
    one.start(XERO, 60_000);
    await eventually('it is in Redis', async () => (await raw.exists(COOLDOWN_KEY)) === 1);
    expect(await two.remainingMs(XERO)).toBeGreaterThan(0);
    expect(await one.remainingMs(XERO)).toBe(60_000);
    expect(await two.remainingMs({ ...XERO, organisation: 'two' })).toBe(0);
    expect(await two.remainingMs({ ...XERO, upstream: 'reseller' })).toBe(0);
  });

  it('is never shortened, by whomever', async () => {
    const services = [await start(), await start()] as const;
    const [one, two] = [cooldownsOf(services[0]), cooldownsOf(services[1])];
    // Redis answers over one connection in order: earlier commands are done by then.
    const done = (service: Service): Promise<unknown> =>
      service.app.get(RedisConnection, { strict: false }).run((client) => client.ping());
    one.start(XERO, 60_000);
    await done(services[0]);
    const before = await storedCooldown();
    one.start(XERO, 10);
    two.start(XERO, 20);
    await Promise.all(services.map(done));
    expect(await storedCooldown()).toBe(before);
    expect(await one.remainingMs(XERO)).toBe(60_000);
    two.start(XERO, 120_000);
    await done(services[1]);
    expect(await storedCooldown()).toBe(`120000 ${services[1].clock.now() + 120_000}`);
  });

  it('ends when its time is up, and in other processes as much later as their clocks may differ', async () => {
    const [service, other] = [await start(), await start()];
    const [own, others] = [cooldownsOf(service), cooldownsOf(other)];
    const endsAt = service.clock.now() + 60_000;
    own.start(XERO, 60_000);
    await eventually('it is in Redis', async () => (await raw.exists(COOLDOWN_KEY)) === 1);
    service.clock.advance(59_999);
    expect(await own.remainingMs(XERO)).toBe(1);
    service.clock.advance(1);
    expect(await own.remainingMs(XERO)).toBe(0);
    other.clock.advance(endsAt - other.clock.now());
    expect(await others.remainingMs(XERO)).toBe(CLOCK_SKEW_MS);
    other.clock.advance(CLOCK_SKEW_MS);
    expect(await others.remainingMs(XERO)).toBe(0);
  });

  it('costs Redis one question for all that ask at once, and none while its answer that there is none holds', async () => {
    const service = await start();
    const cooldowns = cooldownsOf(service);
    const asked = async (): Promise<number> =>
      Number(/cmdstat_get:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1] ?? 0);
    const ask = (count: number): Promise<readonly number[]> =>
      Promise.all(Array.from({ length: count }, () => cooldowns.remainingMs(XERO)));
    await raw.config('RESETSTAT');
    expect(await ask(11)).toStrictEqual(Array(11).fill(0));
    expect(await asked()).toBe(1);
    service.clock.advance(49);
    await raw.set(COOLDOWN_KEY, `60000 ${service.clock.now() + 60_000}`);
    expect(await ask(11)).toStrictEqual(Array(11).fill(0));
    expect(await asked()).toBe(1);
    // Another upstream and another organisation are other questions.
    await cooldowns.remainingMs({ ...XERO, upstream: 'reseller' });
    await cooldowns.remainingMs({ ...XERO, organisation: 'two' });
    expect(await asked()).toBe(3);
    service.clock.advance(1);
    for (const leftMs of await ask(11)) expect(leftMs).toBeGreaterThan(0);
    expect(await asked()).toBe(4);
  });

  it.each([-7_200_000, -30_000, 30_000, 7_200_000])(
    'lasts as long as the upstream asked for when Redis’s clock jumps by %i ms, and when nobody asks meanwhile (E3)',
    async (jumpMs) => {
      const [service, other] = [await start(), await start()];
      cooldownsOf(service).start(XERO, 60_000);
      await eventually('it is in Redis', async () => (await raw.exists(COOLDOWN_KEY)) === 1);
      // The expiry of its key is a time of Redis's clock.
      await raw.pexpire(COOLDOWN_KEY, (await raw.pttl(COOLDOWN_KEY)) - jumpMs);
      expect(await cooldownsOf(other).remainingMs(XERO)).toBeGreaterThan(50_000);
      other.clock.advance(40_000);
      const leftMs = await cooldownsOf(other).remainingMs(XERO);
      expect(leftMs).toBeGreaterThan(10_000);
      expect(leftMs).toBeLessThanOrEqual(20_000 + CLOCK_TOLERANCE_MS);
      other.clock.advance(20_000 + CLOCK_TOLERANCE_MS);
      expect(await cooldownsOf(other).remainingMs(XERO)).toBe(0);
    },
  );

  it('lasts no longer than the upstream asked for when a clock that was ahead has stored its end (E3)', async () => {
    const service = await start();
    await raw.set(COOLDOWN_KEY, `1000 ${service.clock.now() + 3_600_000}`);
    expect(await cooldownsOf(service).remainingMs(XERO)).toBe(1000);
    cooldownsOf(service).start(XERO, 60_000);
    await eventually('it is replaced', async () => (await storedCooldown())?.startsWith('60000 ') === true);
  });

  it('that cannot be read is none', async () => {
    const cooldowns = cooldownsOf(await start());
    for (const value of ['', '60000', '60000 x', '-1 -1', '1 2 3']) {
      await raw.set(COOLDOWN_KEY, value);
      expect(await cooldowns.remainingMs(XERO)).toBe(0);
    }
    cooldowns.start(XERO, 60_000);
    await eventually('it is replaced', async () => (await storedCooldown())?.startsWith('60000 ') === true);
  });

  it('that begins while Redis answers is obeyed 50 ms after the question, or 10 ms after a late answer', async () => {
    const service = await start();
    const cooldowns = cooldownsOf(service);
    const answer = cooldowns.remainingMs(XERO);
    service.clock.advance(50);
    expect(await answer).toBe(0);
    await raw.set(COOLDOWN_KEY, `60000 ${service.clock.now() + 60_000}`);
    service.clock.advance(9);
    expect(await cooldowns.remainingMs(XERO)).toBe(0);
    service.clock.advance(1);
    expect(await cooldowns.remainingMs(XERO)).toBeGreaterThan(0);
  });

  it('is kept in the process that got it while Redis is unreachable', async () => {
    const own = await startRedis();
    const cooldowns = cooldownsOf(await start({ REDIS_URL: own.url }));
    await own.kill();
    cooldowns.start(XERO, 60_000);
    expect(await cooldowns.remainingMs(XERO)).toBe(60_000);
  });
});
