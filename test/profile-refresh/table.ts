import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type ReadProfile, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { pass, settled, throughWaits } from '../support/passing-time.ts';
import type { Service, Variables } from '../support/service.ts';

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
/** Without `billing`, the link: the request itself names it, so no source is asked for it and it never fails. */
const ALL = [
  ...['adyen', 'anrok', 'avalara', 'dealhub', 'hubspot', 'netsuite', 'quickbooks', 'reseller', 'salesforce'],
  ...['stripe', 'xero', 'zoho'],
];
const NAMED = { none: [], due: DUE, all: ALL } as const;
/** How long a stale entry waits for its refresh, and an attempt for its answer. */
const REFRESH_WAIT_MS = 50;
const ATTEMPT_MS = 500;
const LONG_MS = '10000';
/** A Redis that is gone is gone for a moment only. */
const PATIENT: Variables = { CACHE_DISCONNECTED_SECONDS: '86400' };

const VARIABLES: Readonly<Record<Upstream, Variables>> = {
  well: PATIENT,
  // Nothing is to end because of the time that second attempts of others have waited.
  failing: {
    ...{ REQUEST_BUDGET_MS: LONG_MS, RESELLER_TIMEOUT_MS: LONG_MS, BILLING_TIMEOUT_MS: LONG_MS },
    REDIS_TIMEOUT_MS: LONG_MS,
    ...PATIENT,
  },
  hanging: {
    ...{ RESELLER_TIMEOUT_MS: String(ATTEMPT_MS), BILLING_TIMEOUT_MS: String(ATTEMPT_MS) },
    CACHE_REFRESH_WAIT_MS: String(REFRESH_WAIT_MS),
    ...PATIENT,
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

  const askedNow = (row: Row): readonly string[] => {
    const requests = customers.get(row)?.requests() ?? [];
    return requests.slice(before.get(row)).map(({ source }) => source);
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
      }
      before.set(row, customer.requests().length);
    }
    await settled(service);
    await pass(1000 * ageSeconds, service);
    if (redis === 'gone') await stage.redis.kill();
    if (upstream !== 'well') {
      const fault = upstream === 'failing' ? ({ kind: 'status', status: 500 } as const) : ({ kind: 'hang' } as const);
      stage.sandbox.faults.set('reseller', fault);
      stage.sandbox.faults.set('billing', fault);
    }
    const reads = new Map([...customers].map(([row, customer]) => [row, Promise.resolve(ask(row, customer))]));
    const answered = Promise.all(reads.values()).then(() => settled(service));
    if (upstream === 'hanging') {
      await stage.sandbox.traffic.until(() => rows.every((row) => askedNow(row).length === NAMED[row[4]].length));
      service.clock.advance(REFRESH_WAIT_MS);
      for (const [row, read] of reads) if (row[3]?.startsWith('hit')) await read;
      service.clock.advance(ATTEMPT_MS - REFRESH_WAIT_MS);
    }
    await throughWaits(service, answered);
    for (const [row, read] of reads) answers.set(row, await read);
  });

  afterAll(() => stage.close());

  it.each(rows.map((row) => [row[1] === '' ? 'no directive' : row[1], row] as const))('%s', (_title, row) => {
    const [, , status, cacheStatus, asked, stale, age] = row;
    const answer = answers.get(row);
    if (!answer) throw new Error('the row was not read');
    const { headers, body } = answer;
    expect(answer.status).toBe(status);
    const level = redis === 'well' ? 'redis' : 'local';
    expect(headers['cache-status']?.replace(/; ttl=-?\d+/, '').replace('customer-profiles; ', '') ?? null).toBe(
      cacheStatus?.replace('LEVEL', level) ?? null,
    );
    const sources = status === 200 ? (body as ReadProfile).sources : [];
    const marked = sources.filter((source) => source.stale && source.source !== 'billing');
    expect(marked.map(({ source }) => source).sort()).toEqual(NAMED[stale ?? 'none']);
    expect(ageOf(headers.age, ageSeconds)).toBe(age);
    const expected = NAMED[asked];
    expect([...new Set(askedNow(row))].sort()).toEqual(expected);
    if (upstream !== 'failing') expect(askedNow(row)).toHaveLength(expected.length);
  });
}

/** `old`: what was cached, a second attempt later at most. */
function ageOf(header: string | undefined, cachedSeconds: number): string | null {
  if (header === undefined) return null;
  if (header === '0') return 'now';
  const moreSeconds = Number(header) - cachedSeconds;
  return moreSeconds >= 0 && moreSeconds < 10 ? 'old' : header;
}
