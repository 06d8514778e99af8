import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import {
  callsOf,
  connectorStates,
  failedAttempts,
  linkedCustomer,
  metric,
  onlyUnderWay,
  resellerOnly,
  roundTrip,
  sourceOf,
  timedRead,
} from './reading.ts';

const ATTEMPT_MS = 300;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({
    RESELLER_TIMEOUT_MS: String(ATTEMPT_MS),
    BILLING_TIMEOUT_MS: String(ATTEMPT_MS),
    REQUEST_BUDGET_MS: '3000',
  });
  await service.http.get(linkedCustomer(stack).path).expect(200);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

/** With each, whether the head of an answer is sent. */
const SLOW: readonly (readonly [string, Fault, 0 | 1])[] = [
  ['slow beyond A', { kind: 'hold' }, 0],
  ['accepting and never answering', { kind: 'hang' }, 0],
  ['answering one byte and stopping', { kind: 'stall' }, 1],
  ['dripping a byte every second', { kind: 'drip', intervalMs: 1000 }, 1],
];

describe.each(SLOW)('an upstream %s (F1, F3)', (_title, fault, heads) => {
  it('the reseller, nothing cached: 504 within B, cut at A, no retry, its sockets closed', async () => {
    const before = stack.sandbox.traffic.counts.openConnections;
    stack.sandbox.faults.set('reseller', fault);
    const reads = Promise.all(resellerOnly(stack, 10).map((path) => timedRead(service, path)));
    await stack.sandbox.traffic.until(
      ({ bySource, byStatus }) => bySource.reseller === 10 && (byStatus[200] ?? 0) === 10 * heads,
    );
    service.clock.advance(ATTEMPT_MS - 1);
    await roundTrip(service);
    expect(failedAttempts(service, 'reseller')).toStrictEqual([]);
    service.clock.advance(1);
    for (const { answer, elapsedMs } of await reads) {
      expect(answer.status).toBe(504);
      expect(answer.body).toMatchObject({ code: 'source_timeout', source: 'reseller', state: 'timeout' });
      expect(elapsedMs).toBe(ATTEMPT_MS);
    }
    await stack.sandbox.traffic.until(({ aborted, openConnections }) => aborted === 10 && openConnections <= before);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(10);
    const durations = failedAttempts(service, 'reseller').map(({ durationMs }) => durationMs);
    expect(durations).toStrictEqual(Array(10).fill(ATTEMPT_MS));
  });

  it('one connector, nothing cached: partial `timeout`, everything else full, its socket closed', async () => {
    stack.sandbox.faults.set('xero', fault);
    const read = timedRead(service, linkedCustomer(stack).path);
    await onlyUnderWay(stack, service, 12, 1);
    service.clock.advance(ATTEMPT_MS);
    const { answer, elapsedMs } = await read;
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: false });
    expect(sourceOf(answer.body, 'xero')).toMatchObject({ state: 'timeout', stale: false });
    const states = Object.values(connectorStates(answer.body));
    expect(states.filter((state) => state === 'linked')).toHaveLength(10);
    expect(elapsedMs).toBe(ATTEMPT_MS);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 1);
    const labels = { upstream: 'billing', operation: 'get_connector_xero', state: 'timeout' };
    expect(await metric(service, 'http_client_request_duration_seconds_count', labels)).toBe(1);
    expect(failedAttempts(service, 'billing')).toMatchObject([{ ...labels, attempt: 1, level: 'warn' }]);
  });
});

describe('an upstream slow beyond A when a stale part exists (F2)', () => {
  it('stale at once; the late answer still refreshes the cache in the background', async () => {
    const hurried = await stack.start({ CACHE_REFRESH_WAIT_MS: '50', REQUEST_BUDGET_MS: '10000' });
    const { path } = linkedCustomer(stack);
    await hurried.http.get(path).expect(200);
    await settled(hurried);
    hurried.clock.advance(600_000);
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const read = timedRead(hurried, path);
    await onlyUnderWay(stack, hurried, 12 + 12, 1);
    hurried.clock.advance(50);
    const { answer, elapsedMs } = await read;
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: true });
    expect(sourceOf(answer.body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
    expect(answer.headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=-\d+; detail=refreshing$/);
    expect(answer.headers.age).toBe('600');
    expect(elapsedMs).toBe(50);
    stack.sandbox.faults.clear();
    const { body } = await hurried.http.get(path).expect(200);
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: false });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(2);
    await hurried.close();
  });

  it('when it never answers, the part is marked with the failed attempt, and the next read does not ask again', async () => {
    const { path } = linkedCustomer(stack);
    await service.http.get(path).expect(200);
    await settled(service);
    service.clock.advance(600_000);
    stack.sandbox.faults.set('reseller', { kind: 'hang' });
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    const read = timedRead(service, path);
    await onlyUnderWay(stack, service, 12 + 12, 2);
    service.clock.advance(ATTEMPT_MS);
    const { answer } = await read;
    expect(answer.body).toMatchObject({ name: 'Fairmont', complete: true });
    for (const [name, state] of [
      ['reseller', 'ok'],
      ['xero', 'linked'],
    ] as const)
      // prettier-ignore
      expect(sourceOf(answer.body, name)).toMatchObject({ state, stale: true, lastAttempt: { state: 'timeout' } });
    expect(answer.headers.age).toBe('600');
    expect(answer.headers['cache-status']).toMatch(/; fwd=stale;/);
    await service.http.get(path).expect(200);
    expect(callsOf(stack.sandbox.traffic.counts)).toBe(12 + 12);
  });
});
