import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalSentinel, startRedisSentinel } from '../../sandbox/redis/local-sentinel.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { PATIENT } from '../redis/load.ts';
import { withoutBinary } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type Service } from '../support/service.ts';

const OLD = ['"name":"Ravensworth Tools"', 'cus_1'];
const NEW = ['"name":"Ravensworth Renamed"', 'cus_2'];

(withoutBinary === null ? describe : describe.skip)(`an invalidation and a failover${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let stage: Stage;

  beforeEach(async () => {
    [stage, sentinel] = await Promise.all([openStage(), startRedisSentinel()]);
  });

  afterEach(async () => {
    await stage.close();
    await sentinel.kill();
  });

  const start = (): Promise<Service> =>
    stage.service({ ...PATIENT, REDIS_URL: sentinel.url, REDIS_TIMEOUT_MS: '1000', CACHE_LOCAL_SECONDS: '60', BILLING_CONNECTORS: 'stripe' }, { time: 'real' }); // prettier-ignore

  /** The primary is lost; its replica, which has all that was written, takes its place. */
  async function failOver(): Promise<void> {
    const before = await sentinel.primary();
    const raw = rawRedis(before.url);
    await raw.set('written', 'last'); // WAIT is about what its own connection has written.
    await eventually('the replica has it', async () => (await raw.wait(1, 1000)) === 1);
    raw.disconnect();
    await before.kill();
    await eventually('the replica is the primary', async () => (await sentinel.primary()) !== before);
  }

  const reachesRedis = ({ http }: Service): Promise<void> =>
    eventually('it reaches the primary', async () => {
      const { body } = await http.get('/health/dependencies');
      return (body as { redis: { state: string } }).redis.state === 'ready';
    });

  // A failover alone makes everything stale: only what was removed is not answered while the sources fail.
  it.each([
    ['everything', () => ({ organisation: true, mode: 'refetch' })],
    [
      'single customers',
      (customers: readonly StagedCustomer[]) => ({ customerIds: customers.map((one) => one.customerId) }),
    ],
  ])(
    'of %s holds afterwards in a process with copies, in one that made it, and in one that starts later',
    async (_subject, bodyOf) => {
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
      await failOver();

      const readers = [...services, await start()].map((service, at) => ({ service, path: customers[at]?.path ?? '' }));
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
});
