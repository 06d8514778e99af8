import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../../sandbox/credentials.ts';
import { startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { customerHash } from '../../../src/profile-cache/cache-keys.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { PATIENT } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { reachesRedis, replicated } from './failing-over.ts';

const ORGANISATION = credentials.billing.organisation;
const OLD = ['"name":"Ravensworth Tools"', 'cus_1'];
const NEW = ['"name":"Ravensworth Renamed"', 'cus_2'];

/** Servers with replicas. */
interface Estate {
  readonly url: string;
  /** The server that holds the key. */
  primaryOf(key: string): Promise<LocalRedis>;
  kill(): Promise<void>;
}

async function startSentinelEstate(): Promise<Estate> {
  const sentinel = await startRedisSentinel();
  return { url: sentinel.url, primaryOf: () => sentinel.primary(), kill: () => sentinel.kill() };
}

const ESTATES: readonly (readonly [string, () => Promise<Estate>])[] = [
  ['by Sentinel', startSentinelEstate],
  ['of a Redis Cluster', startRedisCluster],
];

(withoutBinary === null ? describe : describe.skip).each(ESTATES)(
  `an invalidation and a failover %s${withoutBinary ?? ''}`,
  (_kind, startEstate) => {
    let estate: Estate;
    let stage: Stage;

    beforeEach(async () => {
      [stage, estate] = await Promise.all([openStage(), startEstate()]);
    });

    afterEach(async () => {
      await stage.close();
      await estate.kill();
    });

    const start = (): Promise<Service> =>
      stage.service(
        {
          ...PATIENT,
          REDIS_URL: estate.url,
          REDIS_TIMEOUT_MS: '1000',
          CACHE_LOCAL_SECONDS: '60',
          BILLING_CONNECTORS: 'stripe',
        },
        { time: 'real' },
      );

    /** The primary of the key is lost; its replica, which has all that was written, takes its place. */
    async function failOver(key: string): Promise<void> {
      const before = await estate.primaryOf(key);
      await replicated(before);
      await before.kill();
      await eventually('the replica is the primary', async () => (await estate.primaryOf(key)) !== before);
    }

    // A failover alone makes everything stale: only what was removed is not answered while the sources fail.
    it.each([
      ['everything', () => ({ organisation: true, mode: 'refetch' }), () => `customer-invalidations:{${ORGANISATION}}`],
      [
        'single customers',
        (customers: readonly StagedCustomer[]) => ({ customerIds: customers.map((one) => one.customerId) }),
        // Each lies in a slot of its own: the server of the first is lost.
        ([first]: readonly StagedCustomer[]) =>
          customerHash({ organisation: ORGANISATION, customerId: first?.customerId ?? '' }),
      ],
    ])(
      'of %s holds afterwards in a process with copies, in one that made it, and in one that starts later',
      async (_subject, bodyOf, keyOf) => {
        const services = await Promise.all([start(), start()]);
        // One for each read: else a process would find what another has fetched.
        const customers = [0, 1, 2, 3, 4].map(() => stage.customer({ stripe: linkedAs('cus_1') }));
        for (const { http } of services)
          for (const { path } of customers) {
            const { text } = await http.get(path).expect(200);
            for (const value of OLD) expect(text).toContain(value);
          }
        await Promise.all(services.map(settled));
        for (const one of customers) stage.rename(one, 'Ravensworth Renamed', { stripe: linkedAs('cus_2') });
        await services[0].http.post('/v1/invalidations').send(bodyOf(customers)).expect(202);
        stage.sandbox.faults.set('reseller', { kind: 'status', status: 503 });
        stage.sandbox.faults.set('stripe', { kind: 'status', status: 503 });
        // The copies by themselves: a failover has them all compared with Redis.
        const isRefused = async ({ http }: Service, path: string): Promise<boolean> =>
          (await http.get(path)).status === 502;
        expect(await isRefused(services[0], customers[3]?.path ?? '')).toBe(true);
        await eventually('its copy is gone', () => isRefused(services[1], customers[4]?.path ?? ''));
        await failOver(keyOf(customers));

        const readers = [...services, await start()].map((service, at) => ({
          service,
          path: customers[at]?.path ?? '',
        }));
        for (const { service, path } of readers) {
          await reachesRedis(service);
          const { status, body } = await service.http.get(path);
          expect({ status, body }).toMatchObject({ status: 502, body: { source: 'reseller' } });
          const connectors = await service.http.get(path.replace('?', '/connectors?')).expect(200);
          expect(connectors.text).not.toContain('cus_1');
        }
        stage.sandbox.faults.clear();
        for (const { service, path } of readers)
          await eventually('it answers with the new values', async () => {
            const { text } = await service.http.get(path);
            for (const value of OLD) expect(text).not.toContain(value);
            return NEW.every((value) => text.includes(value));
          });
      },
    );
  },
);
