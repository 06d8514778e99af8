import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../../sandbox/credentials.ts';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { NO_COPIES, readProfile } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';

const TIMEOUT_MS = 10_000;
const ORGANISATION = credentials.billing.organisation.toLowerCase();
/** No replica takes over, and the other primaries go on. */
const SETTINGS = ['--cluster-node-timeout', '60000', '--cluster-require-full-coverage', 'no'];

(withoutBinary === null ? describe : describe.skip)(
  `a shard of a Redis Cluster that is away${withoutBinary ?? ''}`,
  () => {
    let cluster: LocalCluster;
    let stage: Stage;
    let service: Service;
    let victim: LocalRedis;

    beforeAll(async () => {
      [stage, cluster] = await Promise.all([openStage(), startRedisCluster(SETTINGS)]);
      service = await stage.service({ ...NO_COPIES, REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
      victim = await shardWithoutIndex();
    });

    afterAll(async () => {
      victim.thaw();
      await stage.close();
      await cluster.kill();
    });

    const shardOf = ({ customerId }: StagedCustomer): Promise<LocalRedis> =>
      cluster.primaryOf(`{${ORGANISATION}:${customerId}}`);

    /** The index of an organisation's links is on one shard. */
    async function shardWithoutIndex(): Promise<LocalRedis> {
      const taken = await cluster.primaryOf(`{${ORGANISATION}}`);
      const free = cluster.nodes.slice(0, 3).find((node) => node !== taken);
      if (!free) throw new Error('there is one shard only');
      return free;
    }

    async function customers(isOfVictim: boolean, count: number): Promise<StagedCustomer[]> {
      const found: StagedCustomer[] = [];
      while (found.length < count) {
        const customer = stage.customer();
        if (((await shardOf(customer)) === victim) === isOfVictim) found.push(customer);
      }
      return found;
    }

    it('costs its customers their hits and links, and the customers of the others nothing (E15)', async () => {
      const [others, own] = await Promise.all([customers(false, 8), customers(true, 3)]);
      for (const customer of [...others, ...own]) {
        await readProfile(service, customer);
        await settled(service);
      }
      victim.freeze();
      const connection = service.app.get(RedisConnection, { strict: false });
      const asked = own.map(({ customerId }) =>
        connection.tryRun((redis) => redis.get(`probe:{${ORGANISATION}:${customerId}}`)),
      );
      service.clock.advance(TIMEOUT_MS);
      await Promise.all(asked);
      // No time passes from here on, so nothing waits for Redis.
      const { redis } = (await service.http.get('/health/dependencies')).body as { redis: object };
      expect(redis).toMatchObject({ state: 'ready', breaker: 'open', nodesAway: [`127.0.0.1:${victim.port}`] });
      for (const customer of own) {
        const { status, cacheStatus } = await readProfile(service, customer);
        expect([status, cacheStatus]).toEqual([200, expect.stringContaining('fwd=')]);
      }
      for (const { customerId, billingCustomerId, path } of others) {
        expect((await readProfile(service, { path })).cacheStatus).toContain('detail=redis');
        await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
      }
      await service.http.put(`/v1/customer-links/${own[0]?.customerId ?? ''}`).send({ billingCustomerId: own[0]?.billingCustomerId }).expect(503); // prettier-ignore
      victim.thaw();
      service.clock.advance(1200);
      await eventually('it is asked again', () => connection.nodesAway.length === 0);
    });
  },
);
