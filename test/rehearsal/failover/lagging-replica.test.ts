import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../../sandbox/credentials.ts';
import { startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { customerHash } from '../../../src/profile-cache/cache-keys.ts';
import { openStage, type ReadProfile, sourceOf, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { leaveBehind, reachesRedis } from './failing-over.ts';

/** Servers with replicas. */
interface Estate {
  readonly url: string;
  /** The server that holds the key. */
  primaryOf(key: string): Promise<LocalRedis>;
  replicaOf(primary: LocalRedis): LocalRedis | undefined;
  kill(): Promise<void>;
}

async function startSentinelEstate(): Promise<Estate> {
  const sentinel = await startRedisSentinel();
  return {
    url: sentinel.url,
    primaryOf: () => sentinel.primary(),
    replicaOf: (primary) => sentinel.servers.find((server) => server !== primary),
    kill: () => sentinel.kill(),
  };
}

async function startClusterEstate(): Promise<Estate> {
  // However long a replica was cut off, it may take over.
  const cluster = await startRedisCluster(['--cluster-replica-validity-factor', '0']);
  const { nodes } = cluster;
  return { ...cluster, replicaOf: (primary) => nodes[nodes.indexOf(primary) + nodes.length / 2] };
}

const ESTATES: readonly (readonly [string, () => Promise<Estate>])[] = [
  ['of Sentinel', startSentinelEstate],
  ['of a Redis Cluster', startClusterEstate],
];

(withoutBinary === null ? describe : describe.skip).each(ESTATES)(
  `a replica %s that lags${withoutBinary ?? ''}`,
  (_kind, startEstate) => {
    let estate: Estate;
    let stage: Stage;

    beforeAll(async () => {
      [stage, estate] = await Promise.all([openStage(), startEstate()]);
    });

    afterEach(() => {
      stage.sandbox.faults.clear();
    });

    afterAll(async () => {
      await stage.close();
      await estate.kill();
    });

    const start = (localSeconds: string): Promise<Service> =>
    stage.service(
      { CACHE_REFRESH_WAIT_MS: '0', CACHE_LOCAL_SECONDS: localSeconds, REDIS_URL: estate.url, REDIS_TIMEOUT_MS: '1000' },
      { time: 'real' },
    ); // prettier-ignore

    async function read({ http }: Service, { path }: StagedCustomer): Promise<{ name: string; stale: boolean }> {
      const { body } = await http.get(path).expect(200);
      return { name: (body as ReadProfile & { name: string }).name, stale: sourceOf(body, 'reseller')?.stale === true };
    }

    it('and becomes the primary brings back nothing forgotten that is taken for fresh (E8)', async () => {
      const services = await Promise.all([start('2'), start('0')]);
      const [writer, other] = services;
      const customer = stage.customer();
      const { name: old } = await read(writer, customer);
      const { customerId } = customer;
      const key = customerHash({ organisation: credentials.billing.organisation, customerId });
      const before = await estate.primaryOf(key);
      await settled(writer);
      const replica = estate.replicaOf(before);
      await leaveBehind(before, replica);
      await writer.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
      stage.rename(customer, 'Ravensworth Renamed');
      expect(await read(writer, customer)).toEqual({ name: 'Ravensworth Renamed', stale: false });

      await before.kill();
      replica?.thaw();
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      await eventually('the replica is the primary', async () => (await estate.primaryOf(key)) === replica);
      for (const service of [writer, other, await start('2')]) {
        await reachesRedis(service);
        // In a cluster it may reach the others alone; the link lies in the customer's slot.
        await eventually('it reaches the slot', async () => (await service.http.get(`/v1/customer-links/${customerId}`)).status === 404); // prettier-ignore
        const shown = await read(service, customer);
        expect(shown.stale || shown.name !== old).toBe(true);
      }
      stage.sandbox.faults.clear();
      for (const service of services)
        await eventually('it has the new name', async () => {
          const shown = await read(service, customer);
          expect(shown.stale || shown.name !== old).toBe(true);
          return !shown.stale;
        });
    });
  },
);
