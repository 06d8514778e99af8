import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { timedRead, underLoad, usesRedis } from './load.ts';

const TIMEOUT_MS = 300;
/** What a read may take on a slow machine beside waiting for Redis. */
const READ_MS = 1500;
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

const bounded = (): Promise<Service> => stage.service({ REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });

async function startRedisAgain(): Promise<LocalRedis> {
  const redis = await startRedis({ port: stage.redis.port });
  extra.push({ close: () => redis.kill() });
  return redis;
}

describe('a Redis that is not there', () => {
  it('at the start: profiles are answered in full, and Redis is used as soon as it comes', async () => {
    await stage.redis.kill();
    const service = await startService(sandboxVariables(stage.sandbox.url, { REDIS_URL: stage.redis.url }));
    extra.push(service);
    const { status, body, elapsedMs } = await timedRead(service, stage.customer());
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: true });
    expect(elapsedMs).toBeLessThan(READ_MS);
    await startRedisAgain();
    await eventually('Redis is used', () => usesRedis(stage, service));
    expect(service.log.filter(({ event }) => event === 'redis_unreachable')).toHaveLength(1);
  });

  it('any more, killed under load: every answer is 200, and Redis is used again after its restart', async () => {
    const service = await bounded();
    const { statuses, slowestMs } = await underLoad(stage, service, async () => {
      expect(await usesRedis(stage, service)).toBe(true);
      await stage.redis.kill();
      await timedRead(service, stage.customer());
      await startRedisAgain();
      await eventually('Redis is used again', () => usesRedis(stage, service));
    });
    expect(statuses).toEqual(onlyOk);
    expect(slowestMs).toBeLessThan(TIMEOUT_MS + READ_MS);
  });

  it('any more: the process’s own copy is served, beyond its usual seconds, as it is all there is', async () => {
    const service = await bounded();
    const customer = stage.customer();
    await timedRead(service, customer);
    await stage.kept(customer);
    await stage.redis.kill();
    for (const seconds of [0, 2, 60]) {
      service.clock.pass(seconds);
      expect((await timedRead(service, customer)).cacheStatus).toMatch(/; hit; .*detail=local$/);
    }
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
  });
});

describe('a Redis that is frozen', () => {
  it('costs a read its timeout at most, then nothing, and is used again once it is thawed', async () => {
    const service = await bounded();
    expect(await usesRedis(stage, service)).toBe(true);
    stage.redis.freeze();
    const first = await timedRead(service, stage.customer());
    expect(first).toMatchObject({ status: 200, body: { complete: true } });
    expect(first.elapsedMs).toBeLessThan(TIMEOUT_MS + READ_MS);
    await eventually('a read does not wait for Redis any more', async () => {
      const { elapsedMs } = await timedRead(service, stage.customer());
      return elapsedMs < TIMEOUT_MS;
    });
    stage.redis.thaw();
    await eventually('Redis is used again', () => usesRedis(stage, service));
  });

  it('under load fails no read', async () => {
    const service = await bounded();
    const { statuses, slowestMs } = await underLoad(stage, service, async () => {
      stage.redis.freeze();
      for (let reads = 0; reads < 5; reads += 1) await timedRead(service, stage.customer());
      stage.redis.thaw();
      await eventually('Redis is used again', () => usesRedis(stage, service));
    });
    expect(statuses).toEqual(onlyOk);
    expect(slowestMs).toBeLessThan(TIMEOUT_MS + READ_MS);
  });
});
