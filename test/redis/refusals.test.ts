import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { RefreshCoordinator } from '../../src/profile-refresh/refresh-coordinator.ts';
import { SharedTime } from '../../src/redis/shared-time/shared-time.ts';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { NO_COPIES, readProfile } from './load.ts';
import { withoutBinary } from './parts.ts';

/** A breaker probes within this time, and its probe is no slow one. A refusal ends after some of these without another one. */
const STEP_MS = 1500;

interface Refusal {
  readonly reply: string;
  readonly operations: readonly string[];
  readonly since: string;
}

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

const refusals = async ({ http }: Service): Promise<readonly Refusal[]> =>
  ((await http.get('/health/dependencies').expect(200)).body.redis as { readonly refusals: readonly Refusal[] })
    .refusals;
const logged = ({ log }: Service, name: string): readonly Record<string, unknown>[] =>
  log.filter(({ event }) => event === name);
const linkStatus = async ({ http }: Service): Promise<number> => {
  const { customerId, billingCustomerId } = stage.customer();
  return (await http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId })).status;
};

/** Nothing is asked of Redis any more, so time may pass without a timeout. */
const settled = async ({ app }: Service): Promise<void> => {
  await app.get(RefreshCoordinator).settled();
  await app.get(SharedTime).settled();
};

/** Its snapshots fail from now on. */
const breakSnapshots = async (): Promise<void> => {
  const [, folder = ''] = await stage.raw.config('GET', 'dir');
  await stage.raw.config('SET', 'save', '3600 1');
  rmSync(folder, { recursive: true, force: true });
  await stage.raw.bgsave();
  await eventually('a snapshot has failed', async () =>
    (await stage.raw.info('persistence')).includes('rdb_last_bgsave_status:err'),
  );
};

(withoutBinary === null ? describe : describe.skip)(`what Redis refuses for good${withoutBinary ?? ''}`, () => {
  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['OOM', () => stage.raw.config('SET', 'maxmemory', '1'), () => stage.raw.config('SET', 'maxmemory', '0')],
    [
      'NOREPLICAS',
      () => stage.raw.config('SET', 'min-replicas-to-write', '1'),
      () => stage.raw.config('SET', 'min-replicas-to-write', '0'),
    ],
    [
      'NOPERM',
      () => stage.raw.call('ACL', 'SETUSER', 'default', '-@write'),
      () => stage.raw.call('ACL', 'SETUSER', 'default', '+@all'),
    ],
    ['READONLY', () => stage.raw.replicaof('127.0.0.1', '1'), () => stage.raw.replicaof('NO', 'ONE')],
    [
      'MASTERDOWN',
      async () => {
        await stage.raw.config('SET', 'replica-serve-stale-data', 'no');
        await stage.raw.replicaof('127.0.0.1', '1');
      },
      () => stage.raw.replicaof('NO', 'ONE'),
    ],
    ['MISCONF', breakSnapshots, () => stage.raw.config('SET', 'save', '')],
  ])(
    'is logged when it begins and when it ends, and shown and counted meanwhile: %s (C12)',
    async (reply, harm, heal) => {
      const service = await stage.service(NO_COPIES);
      expect(await linkStatus(service)).toBe(201);
      expect(await refusals(service)).toEqual([]);
      await harm();
      for (let reads = 0; reads < 10; reads += 1) {
        expect((await readProfile(service, stage.customer())).status).toBe(200);
        expect(await linkStatus(service)).toBe(503);
      }
      await eventually('it is shown', async () => (await refusals(service)).length > 0);
      const shown = await refusals(service);
      expect(shown).toMatchObject([{ reply, since: expect.stringMatching(/^\d{4}-.*Z$/) }]);
      expect(logged(service, 'redis_refuses')).toMatchObject([{ level: 'warn', errorCode: reply }]);
      const series = `redis_refusals_total{db_operation_name="${shown[0]?.operations[0] ?? ''}",db_response_status_code="${reply}"}`;
      expect(await metric(service, series)).toBeGreaterThan(0);

      await heal();
      await eventually('it has ended', async () => {
        const status = await linkStatus(service);
        await readProfile(service, stage.customer());
        await settled(service);
        service.clock.advance(STEP_MS);
        return status === 201 && (await refusals(service)).length === 0;
      });
      expect(logged(service, 'redis_refuses')).toHaveLength(1);
      expect(logged(service, 'redis_refuses_no_more')).toMatchObject([{ level: 'info', errorCode: reply }]);
    },
  );
});
