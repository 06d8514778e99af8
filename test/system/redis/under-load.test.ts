import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { MemoryCache } from '../../../src/profile-cache/memory-cache.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';
import { countRunOut, type RunOutLeases } from '../leases-run-out.ts';

const CUSTOMERS = 30;
const CALLERS = 8;
/**
 * The quota of a process that cannot count with the others is out of the way. Redis and the upstreams have time: a pause
 * of a busy machine is no outage, in which each process would rightly ask for itself.
 */
const VARIABLES = {
  ...{ CACHE_LOCAL_SECONDS: '1', CACHE_REFRESH_WAIT_MS: '50', RESELLER_QUOTA_CALLS_LOCAL: '1000' },
  ...{
    REDIS_TIMEOUT_MS: '10000',
    REQUEST_BUDGET_MS: '60000',
    RESELLER_TIMEOUT_MS: '60000',
    BILLING_TIMEOUT_MS: '60000',
  },
};

let stage: Stage;
let services: readonly Service[];
let customers: readonly StagedCustomer[];
let runOut: RunOutLeases;

beforeEach(async () => {
  stage = await openStage();
  runOut = await countRunOut(stage.raw);
  services = await Promise.all([1, 2].map(() => stage.service(VARIABLES, { time: 'real' })));
  customers = Array.from({ length: CUSTOMERS }, () => stage.customer({ stripe: linkedAs('cus_1') }));
  expect(await load(readEachTwice)).toEqual(new Set([200]));
  await eventually('all are in Redis', async () => (await entries()) === CUSTOMERS);
  await expectMaxCalls(1);
});

afterEach(async () => {
  runOut.stop();
  await stage.close();
});

let reads = 0;

/** Reads the customers in turn, from both processes, until `meanwhile` is over. @returns the statuses there were */
async function load(meanwhile: () => Promise<unknown>): Promise<Set<number>> {
  const statuses = new Set<number>();
  let over = false;
  const caller = async (): Promise<void> => {
    while (!over) {
      reads += 1;
      // The second process lags behind by half a round, so that both meet every customer.
      const [service, at] = [services[reads % 2], (reads >> 1) + (reads % 2) * (CUSTOMERS / 2)];
      const answer = await fetch(`${service?.url ?? ''}${customers[at % CUSTOMERS]?.path ?? ''}`);
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  try {
    await meanwhile();
  } finally {
    over = true;
    await Promise.all(callers);
  }
  return statuses;
}

const readEachTwice = (): Promise<void> => {
  const until = reads + 4 * CUSTOMERS + CALLERS;
  return eventually('each is read twice from each process', () => reads >= until);
};

/** No process answers from its own copies any more without asking Redis. */
function endCopies(): void {
  for (const { app } of services) app.get(MemoryCache, { strict: false }).requireRevalidation();
}

const entries = async (raw = stage.raw): Promise<number> => (await raw.keys('customer-profiles:*}')).length;

/** How often the reseller was asked for the customer it was asked for most often. */
function mostCalls(): number {
  const byPath = new Map<string, number>();
  for (const { source, path } of stage.sandbox.traffic.requests)
    if (source === 'reseller') byPath.set(path, (byPath.get(path) ?? 0) + 1);
  return Math.max(...byPath.values());
}

/** No customer was asked for more often than that, and once more for each lease that ran out. */
async function expectMaxCalls(most: number): Promise<void> {
  const calls = mostCalls();
  await eventually(`${calls} calls for a customer: ${most}, and one for each lease that ran out`, () => calls <= most + runOut.count()); // prettier-ignore
}

describe('under load, every customer being read all the time,', () => {
  it('callers do not notice a FLUSHALL, and each customer is fetched at most once more (F29)', async () => {
    const statuses = await load(async () => {
      await stage.raw.flushall();
      endCopies();
      await eventually('all are in Redis again', async () => (await entries()) === CUSTOMERS);
      await readEachTwice();
    });
    expect(statuses).toEqual(new Set([200]));
    await expectMaxCalls(2);
  });

  it('callers do not notice that Redis is killed while the upstreams hang, nor that it returns empty', async () => {
    let back: LocalRedis | undefined;
    const statuses = await load(async () => {
      await stage.redis.kill();
      stage.sandbox.faults.set('reseller', { kind: 'hang' });
      stage.sandbox.faults.set('billing', { kind: 'hang' });
      endCopies();
      await readEachTwice();
      await expectMaxCalls(1);
      stage.sandbox.faults.clear();
      back = await startRedis({ port: stage.redis.port });
      await runOut.goOn();
      endCopies();
      await eventually('all are in Redis again', async () => (await entries().catch(() => 0)) === CUSTOMERS);
      await readEachTwice();
    });
    await back?.kill();
    expect(statuses).toEqual(new Set([200]));
    // At most one refresh for each process: where both lost it at once, the lease makes it one for the two.
    await expectMaxCalls(1 + services.length);
  });

  it('with Redis full, each process fetches each customer once', async () => {
    await stage.raw.config('SET', 'maxmemory-policy', 'noeviction');
    await stage.raw.config('SET', 'maxmemory', '1');
    customers = Array.from({ length: CUSTOMERS }, () => stage.customer({ stripe: linkedAs('cus_2') }));
    const statuses = await load(async () => {
      await readEachTwice();
      // A read that comes while another one fetches, and whose copy is to be confirmed by a Redis without the customer, would fetch, too.
      await Promise.all(services.map(settled));
      endCopies();
      await readEachTwice();
    });
    expect(statuses).toEqual(new Set([200]));
    await expectMaxCalls(services.length);
    expect(await entries()).toBe(CUSTOMERS);
  });
});
