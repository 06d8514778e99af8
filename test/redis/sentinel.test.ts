import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalSentinel, startRedisSentinel } from '../../sandbox/redis/local-sentinel.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { redisParts, withoutBinary } from './parts.ts';
import { keptCustomers, trickle } from './trickle.ts';

const TIMEOUT_MS = 300;
const READ_MS = 1500;

(withoutBinary === null ? describe : describe.skip)(`with sentinels${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let stage: Stage;
  let service: Service;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(async () => {
    sentinel = await startRedisSentinel();
    service = await stage.service({
      REDIS_URL: sentinel.url,
      REDIS_TIMEOUT_MS: String(TIMEOUT_MS),
      CACHE_LOCAL_SECONDS: '0',
    });
  });

  afterEach(async () => {
    await service.close();
    await sentinel.kill();
  });

  afterAll(() => stage.close());

  it('a primary that is killed under a trickle of reads fails none, and the new one is used within 5 s', async () => {
    const customers = await keptCustomers(stage, service, 4);
    const victim = await sentinel.primary();
    await victim.kill();
    const { statuses, slowestMs, usedAgainAfterMs } = await trickle(service, customers, 10_000);
    expect(statuses).toEqual({ '200': expect.any(Number) });
    expect(slowestMs).toBeLessThan(TIMEOUT_MS + READ_MS);
    expect(usedAgainAfterMs).toBeLessThan(5000);
    expect(await sentinel.primary()).not.toBe(victim);
    const { customerId, billingCustomerId } = stage.customer();
    const link = service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
    expect((await link).status).toBe(201);
    const { body } = await service.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({ state: 'ready', mode: 'sentinel', breaker: 'closed' });
  });

  it('a subscription follows to the new primary', async () => {
    const parts = await redisParts({ REDIS_URL: sentinel.url, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
    const heard: string[] = [];
    parts.subscription.listen('test:events', {
      onSubscribed: () => undefined,
      onMessage: (message) => heard.push(message),
    });
    try {
      parts.start();
      await eventually('it is subscribed', () => parts.subscription.subscribed);
      await (await sentinel.primary()).kill();
      await eventually('it is lost', () => !parts.subscription.subscribed);
      await eventually(
        'it hears again',
        async () => {
          await parts.connection.attempt((redis) => redis.publish('test:events', 'after'));
          return parts.subscription.subscribed && heard.includes('after');
        },
        8000,
      );
    } finally {
      parts.close();
    }
  });
});
