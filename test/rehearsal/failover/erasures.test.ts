import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { credentials } from '../../../sandbox/credentials.ts';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { type LocalSentinel, startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { dumpOf, ERASURE_VARIABLES, ERASURES, type Receipt } from '../../customer-erasures/erasing.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { PATIENT } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service } from '../../support/service.ts';
import { leaveBehind, reachesRedis, replicated } from './failing-over.ts';

/** An erasure waits as long as a read may take, and so long for Redis: long enough for a server to be killed meanwhile. */
const TIMES = { REQUEST_BUDGET_MS: '6000', CACHE_LOCAL_SECONDS: '1', REDIS_TIMEOUT_MS: '1000' };

interface Erasing {
  readonly services: readonly [Service, Service];
  readonly customer: StagedCustomer;
  readonly requestId: string;
  /** Asks the first service to erase the customer. */
  readonly post: () => Promise<{ readonly status: number; readonly body: Receipt }>;
}

(withoutBinary === null ? describe : describe.skip)(
  `a failover in the middle of an erasure${withoutBinary ?? ''}`,
  () => {
    let stage: Stage;
    let estate: LocalSentinel | LocalCluster;

    afterEach(async () => {
      await stage.close();
      await estate.kill();
    });

    async function start(): Promise<Erasing> {
      stage = await openStage();
      const variables = { ...PATIENT, ...ERASURE_VARIABLES, ...TIMES, REDIS_URL: estate.url };
      const services = await Promise.all([1, 2].map(() => stage.service(variables, { time: 'real' })));
      const [service, other] = services as [Service, Service];
      const customer = stage.customer({ stripe: linkedAs('cus_failover') });
      const { customerId, billingCustomerId, unlinkedPath } = customer;
      const link = `/v1/customer-links/${customerId}`;
      await eventually(
        'it is linked',
        async () => (await service.http.put(link).send({ billingCustomerId })).status === 201,
      );
      for (const { http } of [service, other]) await http.get(unlinkedPath).expect(200);
      await Promise.all([service, other].map(settled));
      const requestId = randomUUID();
      return {
        services: [service, other],
        customer,
        requestId,
        post: async () => {
          const { status, body } = await service.http.post(ERASURES).send({ customerId, requestId });
          return { status, body: body as Receipt };
        },
      };
    }

    /** Asks again until there is a receipt. No process answers with the customer then, and nothing but its event names it. */
    async function finish(
      { services, customer, requestId, post }: Erasing,
      servers: () => Promise<readonly LocalRedis[]>,
    ): Promise<void> {
      const receipts: Receipt[] = [];
      await eventually(
        'there is a receipt',
        async () => {
          const { status, body } = await post();
          if (status === 200) receipts.push(body);
          return status === 200;
        },
        60_000,
      );
      expect(receipts[0]).toMatchObject({ customerId: customer.customerId, requestId, status: 'completed' });
      expect((await post()).body).toStrictEqual(receipts[0]);
      // A process that does not reach Redis does not know of the erasure, unless CACHE_DISCONNECTED_MODE is refuse.
      await Promise.all(services.map(reachesRedis));
      for (const { http } of services)
        for (const path of [customer.path, customer.unlinkedPath]) await http.get(path).expect(410);
      const names: string[] = [];
      for (const { url } of await servers()) {
        const raw = rawRedis(url);
        for (const [name, value] of await dumpOf(raw))
          if ([customer.customerId, customer.billingCustomerId].some((id) => name.includes(id) || value.includes(id)))
            names.push(name);
        raw.disconnect();
      }
      expect(names).toStrictEqual([expect.stringMatching(/:events$/)]);
    }

    /** Resolves when the erasure has begun, and is not complete: the customer is refused. */
    async function begun({ services: [, other], customer: { customerId, path } }: Erasing): Promise<void> {
      await eventually('the customer is refused', async () => (await other.http.get(path)).status === 410);
      expect((await other.http.get(`${ERASURES}/${customerId}`)).body).toMatchObject({ status: 'in_progress' });
    }

    it('by Sentinel, to a replica that has the tombstone: asking again finishes the erasure', async () => {
      const sentinel = await startRedisSentinel();
      estate = sentinel;
      const erasing = await start();
      const first = erasing.post();
      await begun(erasing);
      const before = await sentinel.primary();
      await replicated(before);
      await before.kill();
      await eventually('the replica is the primary', async () => (await sentinel.primary()) !== before);
      expect([200, 503]).toContain((await first).status);
      await finish(erasing, async () => [await sentinel.primary()]);
    });

    it('by Sentinel, to a replica that lacks it: there is no receipt before the customer is erased there, too', async () => {
      const sentinel = await startRedisSentinel();
      estate = sentinel;
      const erasing = await start();
      const before = await sentinel.primary();
      const replica = sentinel.servers.find((server) => server !== before);
      await leaveBehind(before, replica);
      const first = erasing.post();
      await begun(erasing);
      await before.kill();
      replica?.thaw();
      await eventually('the replica is the primary', async () => (await sentinel.primary()) === replica);
      const { status } = await first;
      expect([200, 503]).toContain(status);
      await Promise.all(erasing.services.map(reachesRedis));
      if (status === 200) await erasing.services[1].http.get(erasing.customer.path).expect(410);
      await finish(erasing, async () => [await sentinel.primary()]);
    });

    it('of a Redis Cluster: asking again finishes the erasure', async () => {
      const cluster = await startRedisCluster();
      estate = cluster;
      const erasing = await start();
      const key = `customer-links:{${credentials.billing.organisation}:${erasing.customer.customerId}}`;
      const first = erasing.post();
      await begun(erasing);
      const before = await cluster.primaryOf(key);
      await replicated(before);
      await before.kill();
      await eventually('its replica is the primary', async () => (await cluster.primaryOf(key)) !== before);
      expect([200, 503]).toContain((await first).status);
      const isPrimary = async ({ url }: LocalRedis): Promise<boolean> => {
        const raw = rawRedis(url);
        const [role] = (await raw.role()) as unknown as [string];
        raw.disconnect();
        return role === 'master';
      };
      await finish(erasing, async () => {
        const alive = cluster.nodes.filter((node) => node !== before);
        const are = await Promise.all(alive.map(isPrimary));
        return alive.filter((_node, at) => are[at]);
      });
    });
  },
);
