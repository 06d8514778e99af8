import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { RedisAudit } from '../../src/redis/redis-audit.ts';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';
import { NO_COPIES, PATIENT, readProfile, usesRedis } from './load.ts';
import { withoutBinary } from './parts.ts';

interface RedisReport {
  readonly evictionPolicy: string | null;
  readonly linksMayBeEvicted: boolean | null;
  readonly persistence: string | null;
  readonly missingPermissions: readonly string[];
}

const RETRY_DELAY_MS = 10_000;

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

const start = (more: Variables = {}): Promise<Service> => stage.service({ ...PATIENT, ...NO_COPIES, ...more });
/** Waits until it is so. What a busy machine has spoiled is looked at again after a while, which passes at once. */
const inTime = (service: Service, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> =>
  eventually(what, async () => {
    if (await isSo()) return true;
    await pass(RETRY_DELAY_MS, service);
    return false;
  });
const report = async (service: Service): Promise<RedisReport> =>
  (await service.http.get('/health/dependencies').expect(200)).body.redis as RedisReport;
const loggedDetails = (service: Service, name: string): readonly unknown[] =>
  service.log.filter(({ event }) => event === name).map(({ detail }) => detail);
/** Resolves when the service has reconnected to Redis and audited it again. */
const lookedAgain = async (service: Service): Promise<void> => {
  const checks = service.app.get(RedisAudit);
  const before = checks.findings;
  await stage.raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await inTime(service, 'it is looked at again', () => checks.findings !== before);
};

/** A user who may use every key and channel, with these commands. */
const user = async (...rules: readonly string[]): Promise<string> => {
  await stage.raw.call('ACL', 'SETUSER', 'few', 'reset', 'on', '>pw', '~*', '&*', ...rules);
  return stage.redis.url.replace('redis://', 'redis://few:pw@');
};

describe('the audit of Redis', () => {
  it.each([
    ['noeviction', false],
    ['volatile-lru', false],
    ['volatile-ttl', false],
    ['allkeys-lru', true],
    ['allkeys-random', true],
  ])('that it evicts by %s: that links are endangered is %j', async (policy, endangered) => {
    await stage.raw.config('SET', 'maxmemory-policy', policy);
    const service = await start();
    await inTime(service, 'it is found out', async () => (await report(service)).evictionPolicy === policy);
    expect((await report(service)).linksMayBeEvicted).toBe(endangered);
    expect(await metric(service, 'redis_links_may_be_evicted')).toBe(Number(endangered));
    expect(loggedDetails(service, 'redis_may_evict_links')).toEqual(endangered ? [policy] : []);
  });

  it('is logged again only when it has changed', async () => {
    await stage.raw.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const service = await start();
    await inTime(service, 'it is logged', () => loggedDetails(service, 'redis_may_evict_links').length === 1);
    await lookedAgain(service);
    await stage.raw.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    await lookedAgain(service);
    await inTime(service, 'the change is logged', () => loggedDetails(service, 'redis_may_evict_links').length === 2);
    expect(loggedDetails(service, 'redis_may_evict_links')).toEqual(['allkeys-lru', 'allkeys-lfu']);
  });

  it('is repeated each minute, so that a setting that somebody changes is noticed, and its repair as well', async () => {
    const service = await start();
    const changedTo = async (policy: string): Promise<void> => {
      await inTime(service, 'it is done', async () => (await report(service)).evictionPolicy !== null);
      await stage.raw.config('SET', 'maxmemory-policy', policy);
      await pass(60_000, service);
      await inTime(service, `${policy} is noticed`, async () => (await report(service)).evictionPolicy === policy);
    };
    await changedTo('allkeys-lru');
    expect(await metric(service, 'redis_links_may_be_evicted')).toBe(1);
    await changedTo('volatile-lru');
    expect(await metric(service, 'redis_links_may_be_evicted')).toBe(0);
  });

  it('finds nothing missing for a user with every permission, and leaves nothing in Redis', async () => {
    const service = await start();
    await inTime(service, 'it is found out', async () => (await report(service)).persistence !== null);
    expect((await report(service)).missingPermissions).toEqual([]);
    expect(await stage.raw.keys('*probe*')).toEqual([]);
  });
});

describe('a user without every permission', () => {
  it('reads what it may, and the report and one log line name the missing permissions', async () => {
    const customer = stage.customer();
    await readProfile(await start(), customer);
    await stage.kept(customer);
    const REDIS_URL = await user('-@all', '+ping', '+info', '+hmget', '+hget', '+get', '+multi', '+discard', '+exec');
    const service = await start({ REDIS_URL });
    const { status, cacheStatus } = await readProfile(service, customer);
    expect({ status, cacheStatus }).toEqual({ status: 200, cacheStatus: expect.stringContaining('detail=redis') });
    expect((await readProfile(service, stage.customer())).status).toBe(200);
    await inTime(service, 'it is found out', async () => (await report(service)).missingPermissions.length > 0);
    const { missingPermissions } = await report(service);
    expect(missingPermissions).toEqual(expect.arrayContaining(['del', 'eval', 'hset', 'pexpire', 'pttl', 'set']));
    for (const allowed of ['hmget', 'get', 'multi', 'exec']) expect(missingPermissions).not.toContain(allowed);
    expect(loggedDetails(service, 'redis_permissions_missing')).toEqual([missingPermissions.join(', ')]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a command', ['+@all', '-eval'], ['eval']],
    ['transactions', ['+@all', '-multi'], ['multi']],
    [
      'keys',
      [
        '+@all',
        'resetkeys',
        '~customer-profiles:*',
        '~customer-changes:*',
        '~upstream-*',
        '~reseller-token:*',
        '~customer-index:*',
      ],
      ['keys customer-erasures:*', 'keys customer-invalidations:*', 'keys customer-links:*'],
    ],
    ['writing', ['+@all', 'resetkeys', '~customer-*', '~upstream-*', '%R~reseller-token:*'], ['keys reseller-token:*']],
    ['looking at the settings', ['+@all', '-config', '-info'], []],
  ])('lacks %s', async (_title, rules, missing) => {
    const service = await start({ REDIS_URL: await user(...rules) });
    await lookedAgain(service);
    await inTime(service, 'Redis is still used', async () => missing.includes('eval') || usesRedis(stage, service));
    expect(await report(service)).toMatchObject({ missingPermissions: missing });
    expect(await stage.raw.keys('*probe*')).toEqual([]);
  });
});

(withoutBinary === null ? describe : describe.skip)(`a server that lacks a command${withoutBinary ?? ''}`, () => {
  let redis: LocalRedis | undefined;

  afterEach(() => redis?.kill());

  it.each(['eval', 'hmget', 'hset', 'pexpire', 'zadd', 'multi', 'publish', 'subscribe'])(
    'is told to lack it, in the report, a log line and a metric: %s (E12)',
    async (command) => {
      redis = await startRedis({ args: ['--rename-command', command, ''] });
      const service = await start({ REDIS_URL: redis.url });
      await inTime(service, 'it is found out', async () => (await report(service)).missingPermissions.length > 0);
      expect((await report(service)).missingPermissions).toEqual([command]);
      expect(loggedDetails(service, 'redis_permissions_missing')).toEqual([command]);
      expect(await metric(service, 'redis_permissions_missing')).toBe(1);
      expect((await readProfile(service, stage.customer())).status).toBe(200);
    },
  );

  it('sees in the report that Redis refuses it, once it was asked for (E12)', async () => {
    redis = await startRedis({ args: ['--rename-command', 'EVAL', ''] });
    const service = await start({ REDIS_URL: redis.url });
    const { customerId, billingCustomerId } = stage.customer();
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(503);
    const { body } = await service.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({ refusals: [{ reply: 'ERR', operations: ['eval'] }] });
    expect(service.log.filter(({ event }) => event === 'redis_refuses')).toMatchObject([
      { level: 'warn', operation: 'eval', errorCode: 'ERR' },
    ]);
  });
});
