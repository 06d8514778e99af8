import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { findRedisServer } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { dumpOf, ERASURE_VARIABLES, ERASURES } from '../../customer-erasures/erasing.ts';
import { linkedAs, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';

const PRIMARIES = 3;
const withRedisServer = findRedisServer() === null ? describe.skip : describe;

withRedisServer(
  'erasures in a Redis Cluster, where a customer and its tombstone lie in one slot (needs redis-server)',
  () => {
    let cluster: LocalCluster;
    let sandbox: Sandbox;
    let service: Service;

    beforeAll(async () => {
      [cluster, sandbox] = await Promise.all([startRedisCluster(), startSandbox()]);
      const short = { REQUEST_BUDGET_MS: '1000', CACHE_LOCAL_SECONDS: '1', REDIS_TIMEOUT_MS: '2000' };
      const variables = { ...ERASURE_VARIABLES, ...short, REDIS_URL: cluster.url };
      service = await startService(sandboxVariables(sandbox.url, variables), { time: 'real' });
      await eventually('every node is reached', async () => {
        const links = Array.from({ length: 50 }, () => ({ customerId: String(1e9 + Math.floor(Math.random() * 9e9)) }));
        const answers = await Promise.all(
          links.map(({ customerId }) => service.http.get(`/v1/customer-links/${customerId}`)),
        );
        return answers.every(({ status }) => status === 404);
      });
    });

    afterAll(async () => {
      await service.close();
      await Promise.all([cluster.kill(), sandbox.close()]);
    });

    /** The names of keys on any primary that hold, or are, one of these texts. */
    async function named(...texts: readonly string[]): Promise<readonly string[]> {
      const dumps = await Promise.all(
        cluster.nodes.slice(0, PRIMARIES).map(async ({ url }) => {
          const raw = rawRedis(url);
          const dump = await dumpOf(raw);
          raw.disconnect();
          return [...dump];
        }),
      );
      const isNamed = ([name, value]: readonly [string, string]): boolean =>
        texts.some((text) => name.includes(text) || value.includes(text));
      return dumps
        .flat()
        .filter(isNamed)
        .map(([name]) => name);
    }

    async function known(number: number): Promise<StagedCustomer> {
      const customer = stagedCustomer(sandbox, { stripe: linkedAs(`cus_cluster_${number}`) });
      const { customerId, billingCustomerId, unlinkedPath } = customer;
      await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
      await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(200);
      await service.http.get(unlinkedPath).expect(200);
      return customer;
    }

    it('leave nothing on any primary but the event, and are lifted', async () => {
      // In several slots.
      const customers = await Promise.all([1, 2, 3, 4, 5].map(known));
      await settled(service);
      await Promise.all(
        customers.map(async ({ customerId }) => {
          const { body } = await service.http.post(ERASURES).send({ customerId }).expect(200);
          expect(body).toMatchObject({ removed: { parts: 13, responses: 1, links: 1, linkHistory: 1 } });
        }),
      );
      for (const { customerId, billingCustomerId, unlinkedPath } of customers) {
        await service.http.get(unlinkedPath).expect(410);
        expect(await named(customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
        expect(await named(billingCustomerId)).toStrictEqual([]);
        await service.http.delete(`${ERASURES}/${customerId}`).expect(204);
        await service.http.get(unlinkedPath).expect(200);
      }
    }, 120_000);
  },
);
