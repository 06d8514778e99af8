import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { throughWaits } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { type Answer, metric, onlyUnderWay, PATIENT_REDIS, resellerOnly } from './reading.ts';

const MAX_CONCURRENT = 64;
const QUEUE = 512;
const TIMEOUT_MS = 1500;
/** The one call for the access token. */
const TOKEN = 1;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({
    ...PATIENT_REDIS,
    RESELLER_QUOTA_CALLS: '100000',
    RESELLER_TIMEOUT_MS: String(TIMEOUT_MS),
    REQUEST_BUDGET_MS: '2000',
  });
  stack.sandbox.traffic.reset();
  stack.sandbox.faults.set('reseller', { kind: 'hang' });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const OVERLOADED = { code: 'overloaded', source: 'reseller', state: 'overloaded' };

/** Reads of other customers, more than the bulkhead has places for. */
async function crowd(count: number, query = ''): Promise<readonly Promise<Answer>[]> {
  const reads = resellerOnly(stack, count).map((path) => service.http.get(path + query).then((answer) => answer));
  await onlyUnderWay(stack, service, TOKEN + MAX_CONCURRENT, MAX_CONCURRENT);
  await eventually('the others are queued', async () => {
    return (await metric(service, 'upstream_queued_requests')) === Math.min(QUEUE, count - MAX_CONCURRENT);
  });
  return reads;
}

describe('an upstream that hangs and more cold reads than there are places', () => {
  it('refuses those that the queue cannot hold at once, with 503 and Retry-After (A8)', async () => {
    const reads = await crowd(MAX_CONCURRENT + QUEUE + 24);
    const refused: Answer[] = [];
    for (const read of reads) void read.then((answer) => refused.push(answer));
    await eventually('24 are answered', () => refused.length === 24);
    for (const { status, body, headers } of refused) {
      expect({ status, body }).toMatchObject({ status: 503, body: OVERLOADED });
      expect(headers['retry-after']).toBe('2');
    }
    service.clock.advance(TIMEOUT_MS);
    await Promise.all(reads);
  });

  it('refuses callers who never got a permit with 503, and only those whose call was sent with 504 (A8)', async () => {
    const reads = await crowd(200);
    service.clock.advance(TIMEOUT_MS);
    const answers = await Promise.all(reads);
    const timedOut = answers.filter(({ status }) => status === 504);
    expect(timedOut).toHaveLength(MAX_CONCURRENT);
    for (const { body } of timedOut) expect(body).toMatchObject({ code: 'source_timeout', state: 'timeout' });
    const others = answers.filter(({ status }) => status !== 504);
    expect(others).toHaveLength(200 - MAX_CONCURRENT);
    for (const { status, body, headers } of others) {
      expect({ status, body }).toMatchObject({ status: 503, body: OVERLOADED });
      expect(headers['retry-after']).toBe('2');
    }
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(MAX_CONCURRENT);
  });

  it('refuses most of the queue long before the wait is over, and newcomers at once (A8)', async () => {
    const reads = await crowd(MAX_CONCURRENT + QUEUE);
    service.clock.advance(500);
    const left = await metric(service, 'upstream_queued_requests');
    expect(left).toBeLessThanOrEqual(2 * MAX_CONCURRENT);
    service.clock.advance(400);
    const refused: Answer[] = [];
    const later = resellerOnly(stack, 2 * MAX_CONCURRENT).map((path) =>
      service.http.get(path).then((answer) => answer),
    );
    for (const read of later) void read.then((answer) => refused.push(answer));
    await eventually('some are refused', () => refused.length >= MAX_CONCURRENT / 2);
    for (const { status, body } of refused) expect({ status, body }).toMatchObject({ status: 503, body: OVERLOADED });
    await throughWaits(service, Promise.all([...reads, ...later]), TIMEOUT_MS, (ms) => ms === TIMEOUT_MS);
  });

  it('answers overloaded to callers whose time ends in the queue (A8)', async () => {
    const first = await crowd(MAX_CONCURRENT);
    const [path = ''] = resellerOnly(stack, 1);
    const read = service.http.get(`${path}?budgetMs=300`).then((answer) => answer);
    await eventually('it is queued', async () => (await metric(service, 'upstream_queued_requests')) === 1);
    service.clock.advance(300);
    const { status, body, headers } = await read;
    expect({ status, body }).toMatchObject({ status: 503, body: OVERLOADED });
    expect(headers['retry-after']).toBe('2');
    service.clock.advance(TIMEOUT_MS);
    await Promise.all(first);
  });
});

describe('callers whose time ends before their call is allowed', () => {
  it.each([
    ['the quota is used up', { RESELLER_QUOTA_CALLS: '1' }, null],
    ['the upstream asked to wait', {}, { kind: 'status', status: 429, headers: { 'Retry-After': '5' } } as const],
  ])('are told so with 503 and Retry-After: %s (R14)', async (_why, variables, fault) => {
    // Half of Redis's time is no wait of this test.
    const patient = { REDIS_TIMEOUT_MS: '8000', REQUEST_BUDGET_MS: '9000', RESELLER_TIMEOUT_MS: '8000' };
    const own = await stack.start({ ...patient, ...variables });
    stack.sandbox.faults.clear();
    const raw = rawRedis(stack.redis.url);
    await raw.del(`upstream-quota:{reseller:${organisationAt(stack.sandbox.url).resellerClient}}`);
    raw.disconnect();
    const [first = '', second = ''] = resellerOnly(stack, 2);
    if (fault) stack.sandbox.faults.set('reseller', fault);
    else await own.http.get(first).expect(200);
    const read = own.http.get(`${second}?budgetMs=300`).then((answer) => answer);
    await own.clock.whenSet((ms) => ms > 4500 && ms < 5300);
    own.clock.advance(300);
    const { status, body, headers } = await read;
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'source_unavailable', state: 'throttled' } });
    expect(headers['retry-after']).toBe('10');
    // Its fetch goes on behind the answer.
    own.clock.advance(5300);
    await own.close();
  });
});
