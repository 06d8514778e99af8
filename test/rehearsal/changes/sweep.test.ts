import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../../sandbox/redis/local-redis.ts';
import { openStage, type Stage, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { AS_FAST_AS_IT_CAN, LOOK_MS, putLink, sweepOf, type SweepReport } from '../../profile-sweep/sweeping.ts';
import { PATIENT } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { organisationAt, type Service } from '../../support/service.ts';
import { type Fleet, type Member, startFleet } from '../../system/fleet/fleet.ts';

const SWEEPING = { SWEEP_INTERVAL_HOURS: '1', ...AS_FAST_AS_IT_CAN, BILLING_CONNECTORS: 'stripe' };
const CUSTOMERS = 40;

describe('of processes that sweep', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(1, SWEEPING);
  });

  afterAll(() => fleet.close());

  const sweepAt = async (member: Member): Promise<SweepReport> => {
    const { sweep } = (await (await fetch(`${member.url}/health/dependencies`)).json()) as { sweep: SweepReport };
    return sweep;
  };

  it('another one continues when the leader is killed', async () => {
    const customers = Array.from({ length: CUSTOMERS }, () => stagedCustomer(fleet.sandbox));
    const [first] = fleet.members as [Member];
    for (const { customerId, billingCustomerId } of customers)
      await fetch(`${first.url}/v1/customer-links/${customerId}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ billingCustomerId }),
      });
    // Its calls get no answer.
    fleet.sandbox.faults.set('reseller', { kind: 'hold' });
    await fleet.sandbox.traffic.until(({ bySource }) => bySource.reseller >= 8);
    expect(await sweepAt(first)).toMatchObject({ isLeader: true, endedAt: null });
    const second = await fleet.join();
    first.process.signal('SIGKILL');
    fleet.sandbox.faults.clear();
    // The lease of the one that was killed runs out in half a minute.
    const hasSwept = async (): Promise<boolean> => {
      const { isLeader, endedAt } = await sweepAt(second);
      return !isLeader && endedAt !== null;
    };
    await eventually('the other one has swept', hasSwept, 90_000);
    for (const customer of customers) expect(customer.calls().reseller).toBeGreaterThanOrEqual(1);
    const asked = customers.reduce((sum, customer) => sum + (customer.calls().reseller ?? 0), 0);
    expect(asked).toBeLessThanOrEqual(CUSTOMERS + 8);
  }, 120_000);
});

(withoutBinary === null ? describe : describe.skip)(`with a Redis Cluster${withoutBinary ?? ''}`, () => {
  let cluster: LocalCluster;
  let stage: Stage;
  let service: Service;

  beforeAll(async () => {
    [stage, cluster] = await Promise.all([openStage(), startRedisCluster()]);
    service = await stage.service(
      { ...PATIENT, ...SWEEPING, REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: '1000' },
      { time: 'real' },
    );
  });

  afterAll(async () => {
    await stage.close();
    await cluster.kill();
  });

  const primaryOf = ({ customerId }: StagedCustomer): Promise<LocalRedis> =>
    cluster.primaryOf(`{${organisationAt(stage.sandbox.url).id}:${customerId}}`);

  it('the customers of every primary are swept, also when one fails over in the middle', async () => {
    const customers = Array.from({ length: CUSTOMERS }, () => stage.customer());
    for (const customer of customers) await putLink(service, customer);
    const primaries = new Set(await Promise.all(customers.map(primaryOf)));
    expect(primaries.size).toBe(3);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    service.clock.advance(LOOK_MS);
    await eventually('some are asked for', () => customers.some((customer) => customer.requests().length > 0));
    const asked = customers.find((customer) => customer.requests().length > 0) ?? stage.customer();
    await (await primaryOf(asked)).kill();
    stage.sandbox.faults.clear();
    const hasEnded = async (): Promise<boolean> => {
      const { isLeader, endedAt } = await sweepOf(service);
      return !isLeader && endedAt !== null;
    };
    await eventually('the round has ended', hasEnded, 90_000);
    for (const customer of customers) expect(customer.calls().reseller).toBeGreaterThanOrEqual(1);
  }, 120_000);
});
