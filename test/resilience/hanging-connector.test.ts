import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import {
  type Answer,
  connectorStates,
  linkedCustomer,
  metric,
  onlyUnderWay,
  sourceOf,
  timedRead,
} from '../upstream/reading.ts';

/** Longer than a call waits for the bulkhead. */
const ATTEMPT_MS = 1800;
/** The one call for the access token. */
const TOKEN = 1;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  service = await stack.start({
    BILLING_TIMEOUT_MS: String(ATTEMPT_MS),
    REQUEST_BUDGET_MS: '5000',
    RESELLER_QUOTA_CALLS: '100000',
  });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

describe('one connector hangs (F20)', () => {
  it('partial; its waiting calls do not fill the others’ bulkheads, its breaker is its own', async () => {
    stack.sandbox.faults.set('netsuite', { kind: 'hang' });
    // More than the bulkhead of netsuite takes, with two other connectors beside it.
    const reads = Promise.all(
      Array.from({ length: 80 }, () =>
        service.http.get(profilePath(linkedCustomer(stack), 'connectors=netsuite,stripe,xero')),
      ),
    );
    await onlyUnderWay(stack, service, TOKEN + 3 * 80 + 64, 64);
    expect(await metric(service, 'upstream_queued_requests')).toBe(16);
    service.clock.advance(ATTEMPT_MS);
    const hanging: unknown[] = [];
    for (const { status, body } of await reads) {
      expect(status).toBe(200);
      const { netsuite, ...others } = connectorStates(body);
      expect(Object.values(others)).toStrictEqual(Array(2).fill('linked'));
      hanging.push(netsuite);
    }
    expect(hanging.filter((state) => state === 'timeout')).toHaveLength(64);
    expect(hanging.filter((state) => state === 'overloaded')).toHaveLength(16);
    const breaker = (name: string): Promise<number> =>
      metric(service, 'upstream_breaker_state', { operation: `get_connector_${name}` });
    expect(await breaker('netsuite')).toBe(2);
    expect(await breaker('stripe')).toBe(0);
    const { body } = await service.http.get(linkedCustomer(stack).path);
    expect(sourceOf(body, 'netsuite')).toMatchObject({ state: 'circuit_open' });
  });
});

describe('`customer_unknown` from one connector', () => {
  it('cancels its hanging siblings: all eleven say so at once, and the upstream sees ten cancelled calls', async () => {
    stack.sandbox.faults.set('billing', { kind: 'hang' });
    stack.sandbox.faults.set('hubspot', { kind: 'hold' });
    const read = timedRead(service, profilePath(stack.newCustomer('unknown-to-billing')));
    await onlyUnderWay(stack, service, TOKEN + 12, 11);
    stack.sandbox.faults.clear('hubspot');
    const { answer, elapsedMs } = await read;
    expect(answer.status).toBe(200);
    expect(elapsedMs).toBe(0);
    expect(Object.values(connectorStates(answer.body))).toStrictEqual(Array(11).fill('customer_unknown'));
    expect(answer.body.complete).toBe(true);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 10);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'billing' })).toBe(0);
  });
});

describe('identical concurrent calls', () => {
  it('of a full profile and of one connector share one call', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    stack.sandbox.faults.set('stripe', { kind: 'hold' });
    const one = linkedCustomer(stack);
    const read = (path: string): Promise<Answer> => service.http.get(path).then((answer) => answer);
    const connector = read(profilePath(one, 'connectors=stripe'));
    await onlyUnderWay(stack, service, TOKEN + 2, 2);
    const full = read(one.path);
    await onlyUnderWay(stack, service, TOKEN + 12, 2);
    const route = read(profilePath(one, '', '/connectors/stripe'));
    await eventually('it is joined', async () => (await metric(service, 'profile_cache_collapsed_reads_total')) === 1);
    stack.sandbox.faults.clear();
    for (const { status } of await Promise.all([full, connector, route])) expect(status).toBe(200);
    expect((await connector).body.connectors).toHaveLength(1);
    expect(stack.asked('stripe')).toHaveLength(1);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
  });
});
