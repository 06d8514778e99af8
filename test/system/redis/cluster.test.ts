import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../../sandbox/credentials.ts';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { NO_COPIES, PATIENT } from '../../redis/load.ts';
import { type RedisParts, redisParts, withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service } from '../../support/service.ts';
import { keptCustomers, trickle } from './trickle.ts';

const CHANNEL = 'test:events';

(withoutBinary === null ? describe : describe.skip)(`with a Redis Cluster${withoutBinary ?? ''}`, () => {
  let cluster: LocalCluster;
  let stage: Stage;
  let service: Service;

  let parts: RedisParts;
  const received: string[] = [];
  let subscriptions = 0;

  beforeAll(async () => {
    [stage, cluster] = await Promise.all([openStage(), startRedisCluster()]);
    const variables = { ...PATIENT, ...NO_COPIES, REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: '1000' };
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
    for (const node of cluster.nodes) node.thaw();
    parts.close();
    await stage.close();
    await cluster.kill();
  });

  /** Both keys of a customer have this tag, whatever else is in their names. */
  const tagOf = ({ customerId }: StagedCustomer): string =>
    `{${credentials.billing.organisation.toLowerCase()}:${customerId}}`;
  const linkStatus = async (): Promise<number> => {
    const { customerId, billingCustomerId } = stage.customer();
    return (await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId })).status;
  };
  /** New customers; each primary holds some of them. */
  const customersOfEachPrimary = async (): Promise<StagedCustomer[]> => {
    const customers: StagedCustomer[] = [];
    const primaries = new Set<LocalRedis>();
    while (primaries.size < 3) {
      const customer = stage.customer();
      customers.push(customer);
      primaries.add(await cluster.primaryOf(tagOf(customer)));
    }
    return customers;
  };
  /** The primary on which the subscription is. One on a node that is no primary any more is made to move. */
  const subscribedPrimary = async (): Promise<LocalRedis> => {
    let found: LocalRedis | undefined;
    await eventually('a primary is subscribed to', async () => {
      for (const node of cluster.nodes) {
        const raw = rawRedis(node.url);
        const [, listeners] = (await raw.pubsub('NUMSUB', CHANNEL)) as [string, number];
        const [role] = await raw.role();
        if (listeners > 0 && role === 'master') found = node;
        else if (listeners > 0) await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        raw.disconnect();
      }
      return found !== undefined;
    });
    if (!found) throw new Error('no node has the subscription');
    return found;
  };

  it('profiles and links are kept on all its primaries, and the report is clean', async () => {
    expect(await trickle(service, await customersOfEachPrimary())).toEqual({ '200': expect.any(Number) });
    for (let links = 0; links < 6; links += 1)
      await eventually('a link is stored', async () => (await linkStatus()) === 201);
    let redis: Record<string, unknown> = {};
    await eventually('the checks are done', async () => {
      ({ redis } = (await service.http.get('/health/dependencies')).body as { redis: typeof redis });
      return redis.evictionPolicy === 'noeviction' && redis.breaker === 'closed';
    });
    expect(redis).toMatchObject({ state: 'ready', mode: 'cluster', missingPermissions: [] });
  });

  it('a primary that freezes fails no read, and its customers are read from its replica in the end', async () => {
    const customers = await keptCustomers(stage, service, 6);
    const victim = await cluster.primaryOf(tagOf(customers[0] ?? stage.customer()));
    victim.freeze();
    const statuses = await trickle(service, customers);
    victim.thaw();
    expect(statuses).toEqual({ '200': expect.any(Number) });
  });

  it('a primary that is killed fails no read, all is as before in the end, and a subscription moves (F31)', async () => {
    const customers = await customersOfEachPrimary();
    await trickle(service, customers);
    const victim = await subscribedPrimary();
    const before = subscriptions;
    await victim.kill();
    expect(await trickle(service, customers)).toEqual({ '200': expect.any(Number) });
    await eventually('links are stored again', async () => (await linkStatus()) === 201);
    await eventually('the channel is subscribed anew', () => parts.subscription.subscribed && subscriptions > before);
    await eventually('it hears again', async () => {
      await parts.connection.tryRun((redis) => redis.publish(CHANNEL, 'after'));
      return received.includes('after');
    });
  });
});
