import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { credentials } from '../../sandbox/credentials.ts';
import { type LocalCluster, startRedisCluster } from '../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../sandbox/redis/local-redis.ts';
import { openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { type RedisParts, redisParts, withoutBinary } from './parts.ts';
import { keptCustomers, trickle } from './trickle.ts';

const TIMEOUT_MS = 300;
const READ_MS = 1500;
const CHANNEL = 'test:events';

(withoutBinary === null ? describe : describe.skip)(`with a Redis Cluster${withoutBinary ?? ''}`, () => {
  let cluster: LocalCluster;
  let stage: Stage;
  let service: Service;

  let parts: RedisParts;
  const heard: string[] = [];
  let subscriptions = 0;

  beforeAll(async () => {
    [stage, cluster] = await Promise.all([openStage(), startRedisCluster()]);
    const variables = { REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) };
    service = await stage.service({ ...variables, CACHE_LOCAL_SECONDS: '0' });
    parts = await redisParts(variables);
    parts.subscription.listen(CHANNEL, {
      onSubscribed: () => {
        subscriptions += 1;
      },
      onMessage: (message) => heard.push(message),
    });
    parts.start();
  });

  afterAll(async () => {
    for (const node of cluster.nodes) node.thaw();
    parts.close();
    await stage.close();
    await cluster.kill();
  });

  /** Both keys of a customer have this tag, whatever else is in their names. */
  const tagOf = ({ customerId }: StagedCustomer): string =>
    `{${credentials.billing.organisation.toLowerCase()}:${customerId}}`;
  const report = async (): Promise<unknown> =>
    ((await service.http.get('/health/dependencies').expect(200)).body as { redis: unknown }).redis;
  const linkStatus = async (): Promise<number> => {
    const { customerId, billingCustomerId } = stage.customer();
    return (await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId })).status;
  };
  /** The node on which the subscription is. */
  const subscribedNode = async (): Promise<LocalRedis> => {
    for (const node of cluster.nodes) {
      const raw = new Redis(node.url);
      const [, listeners] = (await raw.pubsub('NUMSUB', CHANNEL)) as [string, number];
      raw.disconnect();
      if (listeners > 0) return node;
    }
    throw new Error('nobody is subscribed');
  };

  it('profiles and links are kept on all its primaries, and the report is clean', async () => {
    const customers = await keptCustomers(stage, service, 12);
    const primaries = await Promise.all(customers.map((customer) => cluster.primaryOf(tagOf(customer))));
    expect(new Set(primaries).size).toBe(3);
    for (let links = 0; links < 6; links += 1) expect(await linkStatus()).toBe(201);
    await eventually('the checks are done', async () => JSON.stringify(await report()).includes('noeviction'));
    expect(await report()).toMatchObject({ state: 'ready', mode: 'cluster', breaker: 'closed', missingRights: [] });
  });

  it('a primary that freezes under a trickle of reads fails none, and its customers are read from its replica soon', async () => {
    const customers = await keptCustomers(stage, service, 6);
    const victim = await cluster.primaryOf(tagOf(customers[0] ?? stage.customer()));
    victim.freeze();
    const { statuses, slowestMs, usedAgainAfterMs } = await trickle(service, customers, 10_000);
    victim.thaw();
    expect(statuses).toEqual({ '200': expect.any(Number) });
    expect(slowestMs).toBeLessThan(TIMEOUT_MS + READ_MS);
    expect(usedAgainAfterMs).toBeLessThan(8000);
  });

  it('a primary that is killed under a trickle of reads fails none, all is as before within 5 s, and a subscription moves', async () => {
    const customers = await keptCustomers(stage, service, 12);
    await eventually('the channel is subscribed', () => parts.subscription.subscribed);
    const before = subscriptions;
    await (await subscribedNode()).kill();
    const { statuses, slowestMs, usedAgainAfterMs } = await trickle(service, customers, 10_000);
    expect(statuses).toEqual({ '200': expect.any(Number) });
    expect(slowestMs).toBeLessThan(TIMEOUT_MS + READ_MS);
    expect(usedAgainAfterMs).toBeLessThan(5000);
    expect(await linkStatus()).toBe(201);
    await eventually('the channel is subscribed anew', () => parts.subscription.subscribed && subscriptions > before);
    await eventually('it hears again', async () => {
      await parts.connection.attempt((redis) => redis.publish(CHANNEL, 'after'));
      return heard.includes('after');
    });
  });
});
