import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { startHeldAnswers } from '../redis/held-answers.ts';
import { eventually } from '../support/eventually.ts';
import { quietBackground, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CACHE_LOCAL_SECONDS: '60' });
});

afterAll(() => stage.close());

/** The longest pause before the first attempts to subscribe again. */
const RECONNECT_PAUSE_MS = 50;
const isReconnectPause = (ms: number): boolean => ms <= RECONNECT_PAUSE_MS;

/** The customer is forgotten as by another process, while this one is not subscribed; afterwards it is again. */
async function missInvalidation({ app, clock }: Service, customer: StagedCustomer): Promise<void> {
  const isSubscribed = (): boolean => app.get(RedisSubscription).subscribed;
  const key = await stage.keyOf(customer);
  // In one step, so that the process does not subscribe in between.
  await stage.raw
    .multi([
      ['client', 'kill', 'type', 'pubsub'],
      ['del', key],
      ['hset', key, 'generation', '1'],
    ])
    .exec();
  await eventually('the loss is noticed', () => !isSubscribed());
  await eventually('it is subscribed again', () => {
    if (clock.isSet(isReconnectPause)) clock.advance(RECONNECT_PAUSE_MS);
    return isSubscribed();
  });
}

describe('an invalidation while another process’s subscription is lost (F30)', () => {
  it('is missed, but the process revalidates all copies as soon as it is subscribed again', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await service.http.get(customer.path).expect(200);
    await settled(service);
    await other.http.get(customer.path).expect(200);
    expect((await other.http.get(customer.path)).headers['cache-status']).toMatch(/detail=local$/);
    await missInvalidation(other, customer);
    // Its own lifetime is not over, so the process asked Redis about it.
    const { headers } = await other.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toContain('; fwd=miss;');
  });
});

it('a copy from a read that asked Redis before the process was subscribed again is confirmed, too (F30)', async () => {
  const answers = await startHeldAnswers(stage.redis.port);
  const late = await stage.service({ CACHE_LOCAL_SECONDS: '60', REDIS_URL: `redis://127.0.0.1:${answers.port}` });
  await quietBackground(late);
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  await service.http.get(customer.path).expect(200);
  await settled(service);
  answers.hold();
  const begun = late.http.get(customer.path).then(({ headers }) => headers['cache-status']);
  await eventually('Redis has answered', () => answers.waiting());
  await missInvalidation(late, customer);
  answers.pass();
  expect(await begun).toContain('; hit;');
  const { headers } = await late.http.get(customer.path).expect(200);
  expect(headers['cache-status']).toContain('; fwd=miss;');
  await late.close();
  await answers.close();
});

describe('an invalidation that Redis does not take', () => {
  it('is 503 cache_unavailable with Retry-After, and has dropped the copy of the process that got it', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await settled(service);
    await stage.redis.kill();
    const { body, headers } = await service.http.delete(`${customer.unlinkedPath}/cache`).expect(503);
    expect(body).toMatchObject({ code: 'cache_unavailable', status: 503 });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const again = await service.http.get(customer.path).expect(200);
    expect(again.headers['cache-status']).toMatch(/; fwd=miss;/);
  });
});
