import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessHeartbeats } from '../../src/customer-erasures/process-heartbeats.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { type CuttingRelay, startCuttingRelay } from './cutting-relay.ts';
import { erase, ERASURE_VARIABLES, ERASURES, passInSteps } from './erasing.ts';

let stage: Stage;
let relay: CuttingRelay;
let cutOff: Service;
let other: Service;
let customer: StagedCustomer;

beforeEach(async () => {
  stage = await openStage();
  relay = await startCuttingRelay(stage.redis.port);
});

afterEach(async () => {
  await stage.close();
  await relay.close();
});

/** The first beat may come before Redis is reached; the next one is 10 s later. */
async function bothAreKnown(one: Service): Promise<void> {
  for (const service of [one, other]) await passInSteps(10_000, [service]);
  await eventually('both are known', async () => (await stage.raw.zcard('customer-erasures:processes')) === 2);
}

/** A process that has a copy of a customer, and then reaches Redis no more. */
async function cut(mode: 'stale' | 'refuse'): Promise<void> {
  const variables = {
    ...ERASURE_VARIABLES,
    CACHE_DISCONNECTED_MODE: mode,
    CACHE_LOCAL_SECONDS: '1',
    CACHE_REFRESH_WAIT_MS: '0',
  };
  cutOff = await stage.service({ ...variables, REDIS_URL: relay.url });
  other = await stage.service(variables);
  customer = stage.customer({ stripe: linkedAs('cus_1') });
  await cutOff.http.get(customer.path).expect(200);
  await settled(cutOff);
  await bothAreKnown(cutOff);
  relay.cutNow();
  await eventually('the loss is noticed', () => {
    const { client } = cutOff.app.get(RedisConnection, { strict: false });
    return !cutOff.app.get(RedisSubscription).subscribed && client?.status !== 'ready';
  });
  await passInSteps(30_000, [other]);
}

describe('a process that is cut off from Redis', () => {
  it('is named by the receipt if it still answers, and not erased there', async () => {
    await cut('stale');
    const { body } = await erase([other], customer);
    const { name } = cutOff.app.get(ProcessHeartbeats, { strict: false });
    expect(body.notCovered).toStrictEqual([
      'request logs',
      'backups',
      expect.stringMatching(new RegExp(`^process ${name}, last seen at `)),
    ]);
    await cutOff.http.get(customer.path).expect(200);
    await other.http.get(customer.path).expect(410);
  });

  it('answers 503 after CACHE_DISCONNECTED_SECONDS where it is to refuse, and the receipt allows for that', async () => {
    await cut('refuse');
    const { body } = await erase([other], customer);
    expect(body.notCovered).toStrictEqual(['request logs', 'backups']);
    expect(Date.parse(body.completeBy) - Date.parse(body.erasedAt)).toBeGreaterThanOrEqual(60_000);
    cutOff.clock.advance(60_001);
    await cutOff.http.get(customer.path).expect(503);
    await other.http.get(customer.path).expect(410);
  });
});

it('a process that ends in order is not a lost one', async () => {
  const variables = { ...ERASURE_VARIABLES, CACHE_LOCAL_SECONDS: '1' };
  const ending = await stage.service(variables);
  other = await stage.service(variables);
  await bothAreKnown(ending);
  await ending.close();
  expect(await stage.raw.zcard('customer-erasures:processes')).toBe(1);
});

it('without Redis, or without its keys, a service erases no customer and publishes no key', async () => {
  for (const variables of [{ REDIS_URL: stage.redis.url }, ERASURE_VARIABLES]) {
    const service = await startService(sandboxVariables(stage.sandbox.url, variables));
    const { body } = await service.http.post(ERASURES).send({ customerId: '1234567890' }).expect(503);
    expect(body).toMatchObject({ code: 'erasure_unavailable' });
    await service.http.get(`${ERASURES}/1234567890`).expect(503);
    await service.http.delete(`${ERASURES}/1234567890`).expect(503);
    const keys = await service.http.get('/.well-known/customer-erasure-keys.json').expect(200);
    expect((keys.body as { keys: unknown[] }).keys).toHaveLength('ERASURE_KEY' in variables ? 2 : 0);
    await service.close();
  }
});
