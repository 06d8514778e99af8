import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { currentRound, progressOf } from '../../src/profile-sweep/sweep-position.ts';
import { SWEEP_LEASE, SweepPositions } from '../../src/profile-sweep/sweep-positions.ts';
import { openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';
import { AS_FAST_AS_IT_CAN, LOOK_MS, putLink, roundEnded, sweepOf } from './sweeping.ts';

/** More than two pages of keys. */
const MANY = 230;
const POSITION = 'customer-profiles:{sweep}:position';
const SWEEPING: Variables = {
  SWEEP_INTERVAL_HOURS: '2',
  CACHE_LOCAL_SECONDS: '0',
  BILLING_CONNECTORS: 'stripe',
  SWEEP_QUOTA_SHARE: '0.19',
  RESELLER_QUOTA_CALLS: '1000',
};

let stage: Stage;
let customers: readonly StagedCustomer[];

beforeAll(async () => {
  stage = await openStage();
  const service = await stage.service();
  customers = Array.from({ length: MANY }, () => stage.customer());
  for (const customer of customers) await putLink(service, customer);
});

afterAll(() => stage.close());

/** A new sweep begins, and nothing was fetched yet. */
async function anew(): Promise<void> {
  await stage.raw.del(POSITION);
  for (const keys of ['customer-profiles:*{*:*}*', 'upstream-quota:*'])
    for (const key of await stage.raw.keys(keys)) await stage.raw.del(key);
  stage.sandbox.traffic.reset();
}
/** How often the reseller was asked for each customer. */
function timesAsked(): readonly number[] {
  const paths = Map.groupBy(stage.sandbox.traffic.requests, ({ path }) => path);
  return customers.map(({ customerId }) => paths.get(`/v3/customers/${customerId}`)?.length ?? 0);
}
/** How many customers were asked for. */
const asked = (): number => timesAsked().reduce((sum, times) => sum + times, 0);
const ONCE_EACH = Array.from({ length: MANY }, () => 1);

/** What the sweep waits for its turn passes. */
async function takeTurn(service: Service): Promise<void> {
  const { isLeader, endedAt } = await sweepOf(service);
  // Redis may have taken the lease back on a busy machine: it keeps its own time.
  if (!isLeader && endedAt === null) service.clock.advance(1000);
  // No other timer is set for a part of a millisecond.
  else if (service.clock.isSet((ms) => !Number.isInteger(ms) && ms > 1 && ms < 250)) service.clock.advance(250);
}

/** Resolves when it holds. However long a round takes, it goes on by one customer after the other. */
async function turnByTurn(service: Service, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    const before = asked();
    await eventually('it goes on', async () => {
      await takeTurn(service);
      return asked() > before || (await holds());
    });
  }
}

describe('of two processes', () => {
  it('one sweeps at a time, and the other one knows how far it is', async () => {
    await anew();
    const pair = await stage.pair({ ...SWEEPING, ...AS_FAST_AS_IT_CAN });
    pair[0].clock.advance(LOOK_MS);
    await Promise.race(pair.map((service) => roundEnded(service, null)));
    await eventually('both know that it has ended', async () => {
      const sweeps = await Promise.all(pair.map(sweepOf));
      pair[0].clock.advance(1000);
      return sweeps.every(({ isLeader, endedAt }) => !isLeader && endedAt !== null);
    });
    expect(timesAsked()).toStrictEqual(ONCE_EACH);
    const [one, other] = await Promise.all(pair.map(sweepOf));
    expect(one).toStrictEqual(other);
    await Promise.all(pair.map((service) => service.close()));
  });

  it('one continues where the other one has ended', async () => {
    await anew();
    const second = await stage.service(SWEEPING);
    second.clock.advance(LOOK_MS);
    await turnByTurn(second, async () => /"cursors":\{"\w+":"[1-9]/.test((await stage.raw.get(POSITION)) ?? ''));
    await second.close();
    expect(timesAsked().filter((times) => times > 0).length).toBeLessThan(MANY);
    const third = await stage.service(SWEEPING);
    third.clock.advance(LOOK_MS);
    await turnByTurn(third, async () => (await sweepOf(third)).endedAt !== null);
    expect(timesAsked()).toStrictEqual(ONCE_EACH);
    await third.close();
  });
});

describe('the pace of the sweep', () => {
  it('stays within its share of the quota', async () => {
    await anew();
    // Two calls in five seconds.
    const service = await stage.service({ ...SWEEPING, RESELLER_QUOTA_CALLS: '10', SWEEP_QUOTA_SHARE: '0.2' });
    service.clock.advance(LOOK_MS);
    for (let turn = 1; turn <= 4; turn += 1) {
      await eventually('the next one is asked', () => asked() === turn);
      await service.clock.whenSet((ms) => ms >= 2625);
      await settled(service);
      service.clock.advance(2625);
    }
    await service.close();
  });
});

describe('the position', () => {
  it('is moved by the process that has the lease alone', async () => {
    const service = await stage.service(SWEEPING);
    const positions = service.app.get(SweepPositions, { strict: false });
    const owner = randomUUID();
    await stage.raw.set(SWEEP_LEASE, owner);
    const position = currentRound(null, service.clock.now());
    expect(await positions.save(position, owner)).toBe(true);
    expect(await positions.save({ ...position, startedAt: 1 }, randomUUID())).toBe(false);
    expect(await positions.load()).toStrictEqual(position);
    await stage.raw.del(POSITION);
    await stage.raw.rpush(POSITION, 'x');
    expect(await positions.load()).toBeNull();
    expect(await positions.save(position, owner)).toBe(true);
    expect(await positions.load()).toStrictEqual(position);
    await stage.raw.del(SWEEP_LEASE);
  });

  it.each([
    '',
    'x',
    '{}',
    '{"startedAt":1}',
    '{"startedAt":1,"endedAt":null,"previousEndedAt":null,"counts":{},"cursors":{}}',
  ])('that reads %j is none', async (text) => {
    const service = await stage.service(SWEEPING);
    await stage.raw.set(POSITION, text);
    expect(await service.app.get(SweepPositions, { strict: false }).load()).toBeNull();
  });

  it('says about how far a round is', () => {
    const begun = currentRound(null, 0);
    const at = (...cursors: string[]): number =>
      progressOf({ ...begun, cursors: Object.fromEntries(cursors.entries()) });
    expect([at(), at('0'), at('1'), at('2'), at('3'), at('end')]).toStrictEqual([0, 0, 0.5, 0.25, 0.75, 1]);
    expect(at('end', '1', '0')).toBe(0.5);
    expect(progressOf({ ...begun, endedAt: 1 })).toBe(1);
  });
});
