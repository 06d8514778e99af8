import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalSentinel, startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { NO_COPIES, PATIENT } from '../../redis/load.ts';
import { type RedisParts, redisParts, withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { type Service } from '../../support/service.ts';
import { keptCustomers, trickle } from './trickle.ts';

const CHANNEL = 'test:events';

(withoutBinary === null ? describe : describe.skip)(`with sentinels${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let stage: Stage;
  let service: Service;
  let parts: RedisParts;
  const received: string[] = [];
  let subscriptions = 0;

  beforeAll(async () => {
    [stage, sentinel] = await Promise.all([openStage(), startRedisSentinel()]);
    const variables = { ...PATIENT, ...NO_COPIES, REDIS_URL: sentinel.url, REDIS_TIMEOUT_MS: '1000' };
    service = await stage.service(variables, { time: 'real' });
    parts = await redisParts(variables);
    parts.subscription.listen(CHANNEL, {
      onSubscribed: () => {
        subscriptions += 1;
      },
      onMessage: (message) => received.push(message),
    });
    parts.clock.run();
    parts.start();
  });

  afterAll(async () => {
    parts.close();
    await stage.close();
    await sentinel.kill();
  });

  it('a primary that is killed fails no read, afterwards customers are read from the new one and links stored in it, and a subscription follows (F31)', async () => {
    const customers = await keptCustomers(stage, service, 4);
    await eventually('the channel is subscribed', () => parts.subscription.subscribed);
    const before = subscriptions;
    const victim = await sentinel.primary();
    await victim.kill();
    expect(await trickle(service, customers)).toEqual({ '200': expect.any(Number) });
    // The sentinel that is asked here may hear of the failover after the one that the service asked.
    await eventually('another primary is named', async () => (await sentinel.primary()) !== victim);
    const { customerId, billingCustomerId } = stage.customer();
    await eventually('a link is stored', async () => {
      const { status } = await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
      return status === 201 || status === 200;
    });
    let redis: Record<string, unknown> = {};
    await eventually('the breaker is closed', async () => {
      ({ redis } = (await service.http.get('/health/dependencies')).body as { redis: typeof redis });
      return redis.breaker === 'closed';
    });
    expect(redis).toMatchObject({ state: 'ready', mode: 'sentinel' });
    await eventually('the channel is subscribed anew', () => parts.subscription.subscribed && subscriptions > before);
    await eventually('it hears again', async () => {
      await parts.connection.tryRun((client) => client.publish(CHANNEL, 'after'));
      return received.includes('after');
    });
  });
});
