import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { NO_COPIES, PATIENT, readProfile, underLoad, usesRedis } from '../../redis/load.ts';
import { eventually } from '../../support/eventually.ts';
import { sandboxVariables, startService } from '../../support/service.ts';

const TIMEOUT_MS = Number(PATIENT.REDIS_TIMEOUT_MS);
/** The cooldown of each upstream, the quota of one of them, and the PING of the subscription. */
const CONCURRENCY = 4;
const BREAKER_ASKS_WITHIN_MS = 1200;
const onlyOk = { '200': expect.any(Number) };

let stage: Stage;
let extra: { close(): Promise<unknown> }[];

beforeEach(async () => {
  stage = await openStage();
  extra = [];
});

afterEach(async () => {
  stage.redis.thaw();
  await Promise.all(extra.map((one) => one.close()));
  await stage.close();
});

async function startRedisAgain(): Promise<LocalRedis> {
  const redis = await startRedis({ port: stage.redis.port });
  extra.push({ close: () => redis.kill() });
  return redis;
}

describe('a Redis that is not there (F25)', () => {
  it('at the start: profiles are answered in full without waiting, and Redis is used as soon as it comes', async () => {
    await stage.redis.kill();
    const variables = { REDIS_URL: stage.redis.url, ...NO_COPIES };
    const service = await startService(sandboxVariables(stage.sandbox.url, variables));
    extra.push(service);
    // No time passes: a read that waited for Redis would never end.
    expect(await readProfile(service, stage.customer())).toMatchObject({ status: 200, body: { complete: true } });
    await startRedisAgain();
    await eventually('Redis is used', () => usesRedis(stage, service));
    expect(service.log.filter(({ event }) => event === 'redis_unreachable')).toHaveLength(1);
  });

  it('any more, killed under load: every answer is 200, and Redis is used again after its restart', async () => {
    const service = await stage.service({ ...PATIENT, ...NO_COPIES }, { time: 'real' });
    const statuses = await underLoad(stage, service, async () => {
      expect(await usesRedis(stage, service)).toBe(true);
      await stage.redis.kill();
      await readProfile(service, stage.customer());
      await startRedisAgain();
      await eventually('Redis is used again', () => usesRedis(stage, service));
    });
    expect(statuses).toEqual(onlyOk);
  });

  it('any more: the process’s own copy is served, beyond its usual seconds, as it is all there is', async () => {
    const service = await stage.service();
    const customer = stage.customer();
    await readProfile(service, customer);
    await stage.kept(customer);
    await stage.redis.kill();
    for (const seconds of [0, 2, 50]) {
      service.clock.advance(1000 * seconds);
      expect((await readProfile(service, customer)).cacheStatus).toMatch(/; hit; .*detail=local$/);
    }
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
  });
});

describe('a Redis that is frozen (F25)', () => {
  it('costs a read the time of two commands, those after it nothing, and is used again once it is thawed', async () => {
    const service = await stage.service({ ...PATIENT, ...NO_COPIES });
    expect(await usesRedis(stage, service)).toBe(true);
    stage.redis.freeze();
    const startedAt = service.clock.monotonic();
    const reading = readProfile(service, stage.customer());
    // The entry, and then, side by side, what limits the calls.
    for (const commands of [1, CONCURRENCY]) {
      await service.clock.whenSet((ms) => ms === TIMEOUT_MS, commands);
      service.clock.advance(TIMEOUT_MS);
    }
    expect(await reading).toMatchObject({ status: 200, body: { complete: true } });
    for (let reads = 0; reads < 5; reads += 1)
      expect(await readProfile(service, stage.customer())).toMatchObject({ status: 200, body: { complete: true } });
    expect(Math.round(service.clock.monotonic() - startedAt)).toBe(2 * TIMEOUT_MS);
    stage.redis.thaw();
    service.clock.advance(BREAKER_ASKS_WITHIN_MS);
    await eventually('Redis is used again', () => usesRedis(stage, service));
  });

  it('under load fails no read', async () => {
    const service = await stage.service({ ...PATIENT, ...NO_COPIES, REDIS_TIMEOUT_MS: '300' }, { time: 'real' });
    const statuses = await underLoad(stage, service, async () => {
      stage.redis.freeze();
      for (let reads = 0; reads < 5; reads += 1) await readProfile(service, stage.customer());
      stage.redis.thaw();
      await eventually('Redis is used again', () => usesRedis(stage, service));
    });
    expect(statuses).toEqual(onlyOk);
  });
});
