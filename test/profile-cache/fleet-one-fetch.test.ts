import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type Answer, type Fleet, startFleet } from './fleet.ts';
import {
  EVERY_CONNECTOR_ASKED_ONCE,
  linkedAs,
  type ReadProfile,
  stagedCustomer,
  type StagedCustomer,
} from './stage.ts';

const PROCESSES = 4;
const READS = 1000;
const UPSTREAM_MS = 50;
const ASKED_ONCE = { reseller: 1, ...EVERY_CONNECTOR_ASKED_ONCE };

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet(PROCESSES, { CACHE_REFRESH_WAIT_MS: '15000' });
}, 60_000);

afterEach(() => {
  fleet.sandbox.faults.clear();
});

afterAll(() => fleet.close());

/** Reads of one customer, all at once, spread over the processes. */
async function crowd(customer: StagedCustomer, headers: Record<string, string> = {}): Promise<Answer[]> {
  fleet.sandbox.faults.set('reseller', { kind: 'delay', delayMs: UPSTREAM_MS });
  fleet.sandbox.faults.set('billing', { kind: 'delay', delayMs: UPSTREAM_MS });
  const readers = Array.from({ length: READS / PROCESSES }, () => fleet.members).flat();
  const answers = await Promise.all(readers.map((member) => member.read(customer.path, headers)));
  fleet.sandbox.faults.clear();
  return answers;
}

const distinct = (answers: readonly Answer[]): unknown => ({
  statuses: new Set(answers.map(({ status }) => status)),
  etags: new Set(answers.map(({ etag }) => etag)).size,
  bodies: new Set(answers.map(({ text }) => text)).size,
});
const ONE_ANSWER = { statuses: new Set([200]), etags: 1, bodies: 1 };

describe('a thousand reads at once, over four processes,', () => {
  it.each([1, 2, 3, 4, 5])(
    'of a customer nobody has read: one call to each source, one answer (round %d)',
    async () => {
      const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_1') });
      expect(distinct(await crowd(customer))).toEqual(ONE_ANSWER);
      expect(customer.calls()).toEqual(ASKED_ONCE);
    },
  );

  it('of a customer whose entry is stale: one more call to each source, one answer', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_2') });
    const [first] = fleet.members;
    await first?.read(customer.path);
    await eventually('the entry is in Redis', async () => (await fleet.entry(customer)) !== null);
    await fleet.age(customer);
    await eventually('the process’s own copy has ended', async () => {
      const { cacheStatus } = (await first?.read(customer.path, { 'cache-control': 'only-if-cached' })) ?? {};
      return cacheStatus?.endsWith('detail=stale') ?? false;
    });
    expect(distinct(await crowd(customer))).toEqual(ONE_ANSWER);
    expect(Object.values(customer.calls())).toEqual(Array(12).fill(2));
  });

  it('with no-cache: each is answered with what was fetched after it asked, by fetches one after the other', async () => {
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_3') });
    const startedAt = Date.now();
    const answers = await crowd(customer, { 'cache-control': 'no-cache' });
    const rounds = Math.ceil((Date.now() - startedAt) / UPSTREAM_MS);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const fetchedAt = answers.flatMap(({ text }) =>
      (JSON.parse(text) as ReadProfile).sources.map((source) => Date.parse(source.fetchedAt ?? '')),
    );
    expect(Math.min(...fetchedAt)).toBeGreaterThanOrEqual(startedAt);
    for (const calls of Object.values(customer.calls())) expect(calls).toBeLessThanOrEqual(rounds);
  });
});
