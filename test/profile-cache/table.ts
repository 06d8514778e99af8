import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { Service, Variables } from '../support/service.ts';
import { linkedAs, openStage, type ReadProfile, type Stage, type StagedCustomer } from './stage.ts';

/** What there is of the customer: nothing, an entry of 100 s, one of ten minutes, one of more than a day. */
export type Cached = 'absent' | 'fresh' | 'stale' | 'past stale';

/**
 * One read: what is cached and the request's `Cache-Control`; then the status, the `Cache-Status` without `ttl`, the sources
 * asked (`due`: those whose time is up), the parts marked stale, and `Age`. `LEVEL` stands for where an entry is found.
 */
export type Row = readonly [
  cached: Cached,
  directives: string,
  status: number,
  cacheStatus: string | null,
  asked: 'none' | 'due' | 'all',
  stale: 'none' | 'due' | 'all' | null,
  age: 'now' | 'old' | null,
];

export type Upstream = 'well' | 'failing' | 'hanging';

const AGE_SECONDS: Readonly<Record<Cached, number>> = { absent: 0, fresh: 100, stale: 600, 'past stale': 90_000 };
const CACHED = ['absent', 'fresh', 'stale', 'past stale'] as const;
/** Past five minutes these are due, and the ten connectors that are not linked are not. */
const DUE = ['reseller', 'stripe'];
/** Without `billing`, the link: the request itself names it, so it is asked of nobody and never fails. */
const ALL = [
  ...['adyen', 'anrok', 'avalara', 'dealhub', 'hubspot', 'netsuite', 'quickbooks', 'reseller', 'salesforce'],
  ...['stripe', 'xero', 'zoho'],
];
const NAMED = { none: [], due: DUE, all: ALL } as const;
/** Short where the upstream hangs, as every wait is waited for. */
const VARIABLES: Readonly<Record<Upstream, Variables>> = {
  well: {},
  failing: {},
  hanging: {
    ...{ REQUEST_BUDGET_MS: '700', RESELLER_TIMEOUT_MS: '500', BILLING_TIMEOUT_MS: '500' },
    CACHE_REFRESH_WAIT_MS: '50',
  },
};

/** Every row, with Redis well and with Redis gone; then the entry is what the process itself has read before. */
export function describeTable(upstream: Upstream, rows: readonly Row[]): void {
  describe.each(['well', 'gone'] as const)(`an upstream that is ${upstream}, and Redis that is %s`, (redis) => {
    describe.each(CACHED)('%s:', (cached) => {
      const own = rows.filter(([at]) => at === cached);
      describeRows(upstream, redis, AGE_SECONDS[cached], own);
    });
  });
}

function describeRows(upstream: Upstream, redis: 'well' | 'gone', ageSeconds: number, rows: readonly Row[]): void {
  let stage: Stage;
  let service: Service;
  const customers = new Map<Row, StagedCustomer>();
  /** What was asked to have something cached. */
  const before = new Map<Row, number>();
  const answers = new Map<Row, Awaited<ReturnType<typeof ask>>>();
  const ask = ([, directives]: Row, { path }: StagedCustomer) => {
    const request = service.http.get(path);
    return directives === '' ? request : request.set('cache-control', directives);
  };

  // A stage for each, so that no breaker sees enough failures to open.
  beforeAll(async () => {
    stage = await openStage();
    service = await stage.service(VARIABLES[upstream]);
    for (const row of rows) {
      const customer = stage.customer({ stripe: linkedAs('cus_1') });
      customers.set(row, customer);
      if (ageSeconds > 0) {
        await service.http.get(customer.path).expect(200);
        await stage.kept(customer);
      }
      before.set(row, customer.requests().length);
    }
    if (redis === 'gone') await stage.redis.kill();
    service.clock.pass(ageSeconds);
    if (upstream !== 'well') {
      const fault = upstream === 'failing' ? ({ kind: 'status', status: 500 } as const) : ({ kind: 'hang' } as const);
      stage.sandbox.faults.set('reseller', fault);
      stage.sandbox.faults.set('billing', fault);
    }
    // All at once, so that what is waited for is waited for together.
    await Promise.all([...customers].map(async ([row, customer]) => answers.set(row, await ask(row, customer))));
  });

  afterAll(() => stage.close());

  it.each(rows.map((row) => [row[1] === '' ? 'no directive' : row[1], row] as const))('%s', async (_title, row) => {
    const [, , status, cacheStatus, asked, stale, age] = row;
    const [customer, answer] = [customers.get(row), answers.get(row)];
    if (!customer || !answer) throw new Error('the row was not read');
    const { headers, body } = answer;
    expect(answer.status).toBe(status);
    const level = redis === 'well' ? 'redis' : 'local';
    expect(headers['cache-status']?.replace(/; ttl=-?\d+/, '').replace('customer-profiles; ', '') ?? null).toBe(
      cacheStatus?.replace('LEVEL', level) ?? null,
    );
    const sources = status === 200 ? (body as ReadProfile).sources : [];
    const marked = sources.filter((source) => source.stale && source.source !== 'billing');
    expect(marked.map(({ source }) => source).sort()).toEqual(NAMED[stale ?? 'none']);
    expect(ageOf(headers.age)).toBe(age);
    const expected = NAMED[asked];
    const askedNow = (): string[] => customer.requests().slice(before.get(row)).map(({ source }) => source); // prettier-ignore
    await eventually(`${asked} asked`, () => new Set(askedNow()).size >= expected.length);
    expect([...new Set(askedNow())].sort()).toEqual(expected);
    if (upstream === 'well') expect(askedNow()).toHaveLength(expected.length);
  });
}

function ageOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (Number(header) >= 100) return 'old';
  return Number(header) < 5 ? 'now' : header;
}
