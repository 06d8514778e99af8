import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalSentinel, startRedisSentinel } from '../../sandbox/redis/local-sentinel.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { PATIENT } from '../redis/load.ts';
import { withoutBinary } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

(withoutBinary === null ? describe : describe.skip)(`an invalidation and a failover${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let stage: Stage;

  beforeAll(async () => {
    [stage, sentinel] = await Promise.all([openStage(), startRedisSentinel()]);
  });

  afterAll(async () => {
    await stage.close();
    await sentinel.kill();
  });

  const start = (): Promise<Service> =>
    stage.service({ ...PATIENT, REDIS_URL: sentinel.url, REDIS_TIMEOUT_MS: '1000', CACHE_LOCAL_SECONDS: '60', BILLING_CONNECTORS: 'stripe' }, { time: 'real' }); // prettier-ignore

  it('of everything holds in every process afterwards, those that start later included', async () => {
    const services = await Promise.all([start(), start()]);
    const [first] = services;
    const customer: StagedCustomer = stage.customer({ stripe: linkedAs('cus_1') });
    for (const service of services) {
      await service.http.get(customer.path).expect(200);
      await settled(service);
    }
    const textOf = async ({ http }: Service): Promise<string> => (await http.get(customer.path).expect(200)).text;
    stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_2') });
    const before = await sentinel.primary();
    const bodies = [{ organisation: true, mode: 'refetch' }, { customerIds: [customer.customerId] }];
    for (const body of bodies) await first.http.post('/v1/invalidations').send(body).expect(202);
    await before.kill();
    await eventually('the replica is the primary', async () => (await sentinel.primary()) !== before);
    for (const service of [...services, await start()]) {
      await eventually('it answers with the new values', async () => {
        const text = await textOf(service);
        return text.includes('Ravensworth Renamed') && text.includes('cus_2');
      });
      await settled(service);
      expect(await textOf(service)).toContain('Ravensworth Renamed');
    }
  });
});
