import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalSentinel, startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { openStage, type ReadProfile, sourceOf, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { leaveBehind, reachesRedis } from './failing-over.ts';

(withoutBinary === null ? describe : describe.skip)(`a replica that lags${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let stage: Stage;

  beforeAll(async () => {
    [stage, sentinel] = await Promise.all([openStage(), startRedisSentinel()]);
  });

  afterEach(() => {
    stage.sandbox.faults.clear();
  });

  afterAll(async () => {
    await stage.close();
    await sentinel.kill();
  });

  const start = (localSeconds: string): Promise<Service> =>
    stage.service(
      { CACHE_REFRESH_WAIT_MS: '0', CACHE_LOCAL_SECONDS: localSeconds, REDIS_URL: sentinel.url, REDIS_TIMEOUT_MS: '1000' },
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
    const before = await sentinel.primary();
    await settled(writer);
    const replica = sentinel.servers.find((server) => server !== before);
    await leaveBehind(before, replica);
    await writer.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    stage.rename(customer, 'Ravensworth Renamed');
    expect(await read(writer, customer)).toEqual({ name: 'Ravensworth Renamed', stale: false });

    await before.kill();
    replica?.thaw();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    await eventually('the replica is the primary', async () => (await sentinel.primary()) === replica);
    for (const service of [writer, other, await start('2')]) {
      await reachesRedis(service);
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
});
