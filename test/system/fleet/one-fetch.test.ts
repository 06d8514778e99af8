import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectorNames } from '../../../sandbox/connectors.ts';
import type { ConnectorOutcome } from '../../../sandbox/customers/customer.ts';
import { linkedAs, rename, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { type Answer, type Fleet, LED, startFleet, sumOf } from './fleet.ts';

const PROCESSES = 4;
const READS = 1000;
const UPSTREAM_MS = 50;
const SOURCES = 12;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet(PROCESSES, { CACHE_LOCAL_SECONDS: '1' });
});

afterEach(() => {
  fleet.sandbox.faults.clear();
});

afterAll(() => fleet.close());

interface Crowd {
  readonly answers: readonly Answer[];
  /** How often each source was asked. */
  readonly calls: readonly number[];
  /** The most calls to one source that were under way at once. */
  readonly atOnce: number;
  /** Leases won meanwhile. */
  readonly led: number;
  /** Leases that have run out meanwhile, as far as Redis has reported them. */
  readonly runOut: () => number;
}

/** Reads of one customer, all at once, spread over the processes. */
async function crowd(customer: StagedCustomer, headers: Record<string, string> = {}): Promise<Crowd> {
  fleet.sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_MS });
  fleet.sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_MS });
  const [led, runOut] = [await sumOf(fleet.members, LED), fleet.leasesRunOut()];
  const asked = customer.calls();
  let atOnce = 0;
  let over = false;
  void fleet.sandbox.traffic.until(() => {
    atOnce = Math.max(atOnce, underWay(customer));
    return over;
  });
  const readers = Array.from({ length: READS / PROCESSES }, () => fleet.members).flat();
  const answers = await Promise.all(readers.map((member) => member.read(customer.path, headers)));
  over = true;
  fleet.sandbox.faults.clear();
  const calls = Object.entries(customer.calls()).map(([source, count]) => count - (asked[source] ?? 0));
  return {
    ...{ answers, calls, atOnce },
    led: (await sumOf(fleet.members, LED)) - led,
    runOut: () => fleet.leasesRunOut() - runOut,
  };
}

/** How many calls to the source that has most of them are not answered yet. */
function underWay(customer: StagedCustomer): number {
  const counts: Record<string, number> = {};
  for (const { source, status, aborted } of customer.requests())
    if (status === 'none' && !aborted) counts[source] = (counts[source] ?? 0) + 1;
  return Math.max(0, ...Object.values(counts));
}

/** Every source was asked, and never more often than leases were won: once, unless a busy machine let one run out. */
async function expectOneFetchPerLease({ answers, calls, led, runOut }: Crowd): Promise<void> {
  const fetches = Math.max(...calls);
  expect(calls).toHaveLength(SOURCES);
  expect(Math.min(...calls)).toBeGreaterThanOrEqual(1);
  expect(fetches).toBeLessThanOrEqual(led);
  await eventually(`at most one fetch, and one for each lease that ran out; not ${fetches}`, () => fetches <= 1 + runOut()); // prettier-ignore
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  if (fetches > 1) return;
  expect(new Set(answers.map(({ etag }) => etag)).size).toBe(1);
  // Each process finds the link for itself, as that is no call to an upstream.
  const withoutTimes = answers.map(({ text }) => text.replace(/"fetchedAt":"[^"]*"/g, ''));
  expect(new Set(withoutTimes).size).toBe(1);
}

const linkedEverywhere = (version: string): Record<string, ConnectorOutcome> =>
  Object.fromEntries(connectorNames.map((name) => [name, linkedAs(`${name}-${version}`)]));

describe('a thousand reads at once, over four processes,', () => {
  it.each([1, 2, 3, 4, 5])(
    'of a customer that was never read: one call to each source for the one lease, and one answer (round %d)',
    async () => {
      const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_1') });
      await expectOneFetchPerLease(await crowd(customer));
    },
  );

  it('of a customer whose entry is stale: one more call to each source for the one lease, and one answer', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_2') });
    const [first] = fleet.members;
    await first?.read(customer.path);
    // The response is written with the last part.
    await eventually('all is in Redis', async () => (await fleet.kept(customer))?.response != null);
    await fleet.age(customer);
    await eventually('the process’s own copy has ended', async () => {
      const { cacheStatus } = (await first?.read(customer.path, { 'cache-control': 'only-if-cached' })) ?? {};
      return cacheStatus?.endsWith('detail=stale') ?? false;
    });
    await expectOneFetchPerLease(await crowd(customer));
  });

  it('with no-cache: each is answered with parts fetched after it asked, by fetches one after the other', async () => {
    const customer = stagedCustomer(fleet.sandbox, linkedEverywhere('before'));
    const before = await fleet.members[0]?.read(customer.path);
    expect(before?.text.match(/-before/g)).toHaveLength(connectorNames.length);
    rename(fleet.sandbox, customer, 'Ravensworth Renamed', linkedEverywhere('after'));
    const { answers, calls, atOnce, led, runOut } = await crowd(customer, { 'cache-control': 'no-cache' });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { text } of answers) {
      expect(text).toContain('"name":"Ravensworth Renamed"');
      expect(text).not.toContain('-before');
    }
    expect(Math.max(...calls)).toBeLessThanOrEqual(led);
    await eventually(`one fetch at a time, and one for each lease that ran out; not ${atOnce}`, () => atOnce <= 1 + runOut()); // prettier-ignore
  });
});
