import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/fault.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import {
  connectorStates,
  failedAttempts,
  linkedCustomer,
  metric,
  resellerOnly,
  sourceOf,
  timedRead,
} from './reading.ts';

const ATTEMPT_MS = 300;
const BUDGET_MS = 3000;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({
    RESELLER_TIMEOUT_MS: String(ATTEMPT_MS),
    BILLING_TIMEOUT_MS: String(ATTEMPT_MS),
    REQUEST_BUDGET_MS: String(BUDGET_MS),
  });
  await service.http.get(linkedCustomer(stack).path).expect(200);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const SLOW: readonly (readonly [string, Fault])[] = [
  ['slow beyond A', { kind: 'delay', delayMs: 60_000 }],
  ['accepting and never answering', { kind: 'hang' }],
  ['answering one byte and stopping', { kind: 'stall' }],
  ['dripping a byte every 50 ms', { kind: 'drip', intervalMs: 50 }],
];

describe.each(SLOW)('an upstream %s', (_title, fault) => {
  it('the reseller, nothing cached: 504 within B, cut at A, no retry, its sockets closed', async () => {
    const before = stack.sandbox.traffic.counts.openConnections;
    stack.sandbox.faults.set('reseller', fault);
    const reads = await Promise.all(resellerOnly(stack, 10).map((path) => timedRead(service, path)));
    for (const { answer, elapsedMs } of reads) {
      expect(answer.status).toBe(504);
      expect(answer.body).toMatchObject({ code: 'source_timeout', source: 'reseller', state: 'timeout' });
      expect(elapsedMs).toBeLessThan(BUDGET_MS);
    }
    await stack.sandbox.traffic.until(({ aborted, openConnections }) => aborted === 10 && openConnections <= before);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(10);
    const durations = failedAttempts(service, 'reseller').map(({ durationMs }) => Number(durationMs));
    expect(durations).toHaveLength(10);
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(ATTEMPT_MS - 10);
    expect(Math.max(...durations)).toBeLessThan(ATTEMPT_MS + 700);
  });

  it('one connector, nothing cached: partial `timeout`, everything else full, its socket closed', async () => {
    stack.sandbox.faults.set('xero', fault);
    const { answer, elapsedMs } = await timedRead(service, linkedCustomer(stack).path);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: false });
    expect(sourceOf(answer.body, 'xero')).toMatchObject({ state: 'timeout', stale: false });
    const states = Object.values(connectorStates(answer.body));
    expect(states.filter((state) => state === 'linked')).toHaveLength(10);
    expect(elapsedMs).toBeLessThan(BUDGET_MS);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 1);
    const labels = { upstream: 'billing', operation: 'get_connector_xero', state: 'timeout' };
    expect(await metric(service, 'http_client_request_duration_seconds_count', labels)).toBe(1);
    expect(failedAttempts(service, 'billing')).toMatchObject([{ ...labels, attempt: 1, level: 'warn' }]);
  });
});

describe('an upstream slow beyond A when a stale part exists', () => {
  it('stale at once; the late answer still refreshes the cache behind', async () => {
    const hurried = await stack.start({ CACHE_REFRESH_WAIT_MS: '50', REQUEST_BUDGET_MS: '10000' });
    const { path } = linkedCustomer(stack);
    await hurried.http.get(path).expect(200);
    hurried.clock.pass(600);
    stack.sandbox.faults.set('reseller', { kind: 'delay', delayMs: 1500 });
    const { answer, elapsedMs } = await timedRead(hurried, path);
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: true });
    expect(sourceOf(answer.body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
    expect(answer.headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=-\d+; detail=refreshing$/);
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(600);
    expect(elapsedMs).toBeLessThan(1400);
    await eventually('the late answer has refreshed the cache', async () => {
      const { body } = await hurried.http.get(path).expect(200);
      return sourceOf(body, 'reseller')?.stale === false;
    });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(2);
    await hurried.close();
  });

  it('when it never answers, the part is marked with the failed attempt, and not asked for again at once', async () => {
    const { path } = linkedCustomer(stack);
    await service.http.get(path).expect(200);
    service.clock.pass(600);
    stack.sandbox.faults.set('reseller', { kind: 'hang' });
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    const { answer } = await timedRead(service, path);
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: true });
    for (const [name, state] of [
      ['reseller', 'ok'],
      ['xero', 'linked'],
    ] as const)
      // prettier-ignore
      expect(sourceOf(answer.body, name)).toMatchObject({ state, stale: true, lastAttempt: { state: 'timeout' } });
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(600);
    expect(answer.headers['cache-status']).toMatch(/; fwd=stale;/);
  });
});
