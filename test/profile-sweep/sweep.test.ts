import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ChangeFeed } from '../../src/customer-changes/feed/change-feed.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { AS_FAST_AS_IT_CAN, HOUR_MS, LOOK_MS, putLink, roundEnded, sweepOf } from './sweeping.ts';

const GONE = { kind: 'body', status: 404, body: JSON.stringify({ code: '1116', message: 'Not found' }) } as const;

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ SWEEP_INTERVAL_HOURS: '2', ...AS_FAST_AS_IT_CAN, CACHE_LOCAL_SECONDS: '0' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const read = async ({ unlinkedPath }: StagedCustomer): Promise<void> => {
  await service.http.get(unlinkedPath);
  await settled(service);
};
/** The next round, from its begin to its end. */
async function aRound(): Promise<void> {
  const { startedAt } = await sweepOf(service);
  service.clock.advance(2 * HOUR_MS);
  await roundEnded(service, startedAt);
}

describe('a round of the sweep', () => {
  it('refreshes linked and cached customers once, and no others', async () => {
    const [linked, cached, unknownToUs] = [stage.customer(), stage.customer(), stage.customer()];
    await putLink(service, linked);
    await read(cached);
    await aRound();
    expect(linked.calls()).toMatchObject({ reseller: 1, stripe: 1, xero: 1 });
    expect(cached.calls()).toStrictEqual({ reseller: 2 });
    expect(unknownToUs.requests()).toStrictEqual([]);
    expect(await sweepOf(service)).toMatchObject({ isLeader: false, progress: 1, endedAt: expect.any(String) });
  });

  it('appends the changes of a customer that is never read to the change feed', async () => {
    const customer = stage.customer();
    await putLink(service, customer);
    await read(customer);
    stage.rename(customer, 'Thistlewick Freight');
    await aRound();
    await settled(service);
    const { id } = organisationAt(stage.sandbox.url);
    const { events } = await service.app.get(ChangeFeed, { strict: false }).read(id, null, 10_000);
    const own = events.map(({ change }) => change).filter(({ customerId }) => customerId === customer.customerId);
    expect(own.at(-1)).toMatchObject({ type: 'changed', fields: expect.arrayContaining(['name']) });
  });

  it('skips a customer that was refreshed since it began', async () => {
    const customer = stage.customer();
    await putLink(service, customer);
    await aRound();
    const before = customer.requests().length;
    // The second time in one round: its cursors are those of the begin again.
    const key = 'customer-profiles:{sweep}:position';
    const position = JSON.parse((await stage.raw.get(key)) ?? '') as object;
    await stage.raw.set(key, JSON.stringify({ ...position, endedAt: null, cursors: {} }));
    service.clock.advance(LOOK_MS);
    await eventually('it has ended again', async () => !(await stage.raw.get(key))?.includes('"endedAt":null'));
    expect(customer.requests()).toHaveLength(before);
  });

  it('leaves a customer alone that was forgotten and has no link, and refreshes one that has', async () => {
    const [forgotten, linked] = [stage.customer(), stage.customer()];
    await putLink(service, linked);
    for (const customer of [forgotten, linked]) {
      await read(customer);
      await service.http.delete(`/v1/customer-profiles/${customer.customerId}/cache`).expect(204);
    }
    await aRound();
    expect(forgotten.calls()).toStrictEqual({ reseller: 1 });
    expect(linked.calls()).toMatchObject({ reseller: 2 });
  });

  it('leaves a customer alone that the reseller did not know and that has no link', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('reseller', GONE);
    await read(customer);
    stage.sandbox.faults.clear();
    await aRound();
    expect(customer.calls()).toStrictEqual({ reseller: 1 });
  });

  it('counts a customer whose source fails, and continues', async () => {
    const customer = stage.customer();
    await putLink(service, customer);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 403 });
    await aRound();
    expect((await sweepOf(service)).customers.failed).toBeGreaterThan(0);
    expect(customer.calls()).toMatchObject({ reseller: expect.any(Number) });
  });

  it('begins no other before the interval is over', async () => {
    const customer = stage.customer();
    await putLink(service, customer);
    await aRound();
    const { startedAt } = await sweepOf(service);
    service.clock.advance(HOUR_MS);
    await settled(service);
    expect(await sweepOf(service)).toMatchObject({ startedAt });
    expect(customer.calls()).toMatchObject({ reseller: 1 });
  });

  it.each([
    ['has ended', 1],
    ['goes on', null],
  ])(
    'begins another round when the one that %s began in the future, as in a Redis that was restored',
    async (_what, endedAfter) => {
      const customer = stage.customer();
      await putLink(service, customer);
      await aRound();
      const { startedAt } = await sweepOf(service);
      const key = 'customer-profiles:{sweep}:position';
      const position = JSON.parse((await stage.raw.get(key)) ?? '') as object;
      const future = service.clock.now() + 1000 * HOUR_MS;
      await stage.raw.set(
        key,
        JSON.stringify({ ...position, startedAt: future, endedAt: endedAfter && future + endedAfter }),
      );
      service.clock.advance(LOOK_MS);
      await eventually('another round has ended', async () => {
        const sweep = await sweepOf(service);
        return sweep.endedAt !== null && sweep.startedAt !== startedAt && Date.parse(sweep.startedAt ?? '') < future;
      });
      const { startedAt: next } = await sweepOf(service);
      service.clock.advance(LOOK_MS);
      await settled(service);
      expect(await sweepOf(service)).toMatchObject({ startedAt: next });
    },
  );

  it('shows how far it is in metrics', async () => {
    await aRound();
    const text = await service.app.get(Metrics, { strict: false }).registry.metrics();
    expect(text).toMatch(/^profile_sweep_progress_ratio 1$/m);
    expect(text).toMatch(/^profile_sweep_completed_timestamp_seconds [1-9]/m);
    expect(text).toMatch(/^profile_sweep_customers_total\{outcome="refreshed"\} [1-9]/m);
  });
});

describe('while the reseller cannot be called', () => {
  it('the sweep waits with the customer at hand, as long as the reseller says', async () => {
    const other = await openStage();
    const sweeper = await other.service({ SWEEP_INTERVAL_HOURS: '2', ...AS_FAST_AS_IT_CAN });
    const customer = other.customer();
    await putLink(sweeper, customer);
    other.sandbox.faults.set('reseller', { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    sweeper.clock.advance(LOOK_MS);
    await sweeper.clock.whenSet((ms) => ms === 30_000);
    other.sandbox.faults.clear();
    // It lives by the time of Redis.
    for (const key of await other.raw.keys('upstream-cooldown:*')) await other.raw.del(key);
    expect(await sweepOf(sweeper)).toMatchObject({ isLeader: true, endedAt: null });
    // By half a second at once: Redis has time to answer.
    await eventually('the pause is over', () => {
      if (sweeper.clock.isSet((ms) => ms === 30_000)) sweeper.clock.advance(500);
      return !sweeper.clock.isSet((ms) => ms === 30_000);
    });
    await roundEnded(sweeper, null);
    expect(customer.calls().reseller).toBe(2);
    expect((await sweepOf(sweeper)).customers).toMatchObject({ refreshed: 1, failed: 0 });
    await other.close();
  });
});

describe('without the sweep', () => {
  it('nothing is reported', async () => {
    const without = await stage.service();
    const { body } = await without.http.get('/health/dependencies').expect(200);
    expect(body.sweep).toBeNull();
  });
});
