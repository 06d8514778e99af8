import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { resource } from '../../../sandbox/customers/making.ts';
import { linkedAs, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { type Fleet, FOLLOWED, type Member, startFleet } from './fleet.ts';

const SUPERSEDED = 'profile_cache_writes_total{outcome="superseded"}';

let fleet: Fleet;
let follower: Member;

beforeAll(async () => {
  fleet = await startFleet(1);
  [follower] = fleet.members as [Member];
});

afterEach(() => {
  fleet.sandbox.faults.clear();
});

afterAll(() => fleet.close());

interface Leading {
  readonly leader: Member;
  readonly answer: Promise<unknown>;
  /** Leases that had run out before. */
  readonly ranOut: number;
}

/** A process that leads the refresh of the customer and has asked every source; the reseller does not answer it yet. */
async function leading(customer: StagedCustomer): Promise<Leading> {
  const leader = await fleet.join();
  const asked = customer.requests().length;
  const ranOut = fleet.leasesRunOut();
  fleet.sandbox.faults.set('reseller', { kind: 'hold' });
  const answer = leader.read(customer.path).catch((error: unknown) => error);
  await fleet.sandbox.traffic.until(() => customer.requests().length === asked + 12);
  return { leader, answer, ranOut };
}

/** Each source was asked `times` times, and at most once more for each lease that has run out since. */
async function expectCalls(customer: StagedCustomer, times: number, ranOut: number): Promise<void> {
  const { reseller, stripe } = customer.calls();
  expect(Math.min(reseller ?? 0, stripe ?? 0)).toBeGreaterThanOrEqual(times);
  const more = Math.max(reseller ?? 0, stripe ?? 0) - times;
  await eventually('no more calls than leases have run out', () => more <= fleet.leasesRunOut() - ranOut);
}

describe('a process that leads a refresh and is killed (F28)', () => {
  it('costs the others its lease: then they ask themselves and answer', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_1') });
    const { leader, answer, ranOut } = await leading(customer);
    const before = await follower.counter(FOLLOWED);
    const following = follower.read(customer.path);
    await eventually('another process follows', async () => (await follower.counter(FOLLOWED)) > before);
    await expectCalls(customer, 1, ranOut);
    leader.process.signal('SIGKILL');
    expect(await answer).toHaveProperty('message', 'fetch failed');
    fleet.sandbox.faults.clear();
    expect(await following).toMatchObject({ status: 200, cacheStatus: expect.stringContaining('fwd-status=200') });
    // What had settled before is written: the reseller alone is asked again, unless a lease ran out.
    const { reseller, stripe = 0 } = customer.calls();
    expect(reseller).toBe(2);
    await eventually('stripe is asked once', () => stripe <= 1 + fleet.leasesRunOut() - ranOut);
  });

  it('costs nothing where there is a stale entry: it is answered with before any refresh ends, and refreshed when the lease ends', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_2') });
    const reader = await fleet.join({ CACHE_LOCAL_SECONDS: '0', CACHE_REFRESH_WAIT_MS: '50' });
    await reader.read(customer.path);
    // The response is written with the last part.
    await eventually('all is in Redis', async () => (await fleet.kept(customer))?.response != null);
    await fleet.age(customer);
    const { leader, ranOut } = await leading(customer);
    // The reseller answers no call until its fault is cleared, so a read that waits for a refresh is not answered.
    const stale = { status: 200, cacheStatus: expect.stringMatching(/detail=refreshing$/) };
    expect(await reader.read(customer.path)).toMatchObject(stale);
    await expectCalls(customer, 2, ranOut);
    leader.process.signal('SIGKILL');
    expect(await reader.read(customer.path)).toMatchObject(stale);
    fleet.sandbox.faults.clear();
    await eventually('it is refreshed', async () => {
      const { status, cacheStatus } = await reader.read(customer.path);
      expect(status).toBe(200);
      return !cacheStatus.endsWith('detail=refreshing');
    });
    expect(customer.calls().reseller).toBe(3);
  });
});

describe('a process that leads a refresh and is frozen until another one has led (F28)', () => {
  it('may not write its earlier answer: the later one stays', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_3') });
    const { leader, answer } = await leading(customer);
    leader.process.signal('SIGSTOP');
    fleet.sandbox.faults.clear();
    await fleet.sandbox.traffic.until(() =>
      customer.requests().every(({ status }) => status === 200 || status === 400),
    );
    const { customerId, billingCustomerId } = customer;
    fleet.sandbox.customers.put({
      slug: `renamed-${customerId}`,
      about: 'The same customer under another name.',
      billingCustomerId,
      resource: resource(customerId, 'Ravensworth Renamed'),
      connectors: {},
    });
    const { text } = await follower.read(customer.path);
    expect(JSON.parse(text)).toMatchObject({ name: 'Ravensworth Renamed' });
    await eventually('it is written', async () => (await fleet.kept(customer)) !== null);
    leader.process.signal('SIGCONT');
    expect(await answer).toMatchObject({ status: 200, text: expect.stringContaining('Ravensworth Tools') });
    await eventually(
      'the write of the one that was frozen is refused',
      async () => (await leader.counter(SUPERSEDED)) >= 1,
    );
    const kept = await fleet.kept(customer);
    expect(kept?.parts.reseller?.value).toMatchObject({ companyName: 'Ravensworth Renamed' });
    for (const member of [leader, follower]) {
      const { text: later } = await member.read(customer.path);
      expect(JSON.parse(later)).toMatchObject({ name: 'Ravensworth Renamed' });
    }
    expect(customer.calls().reseller).toBe(2);
  });
});
