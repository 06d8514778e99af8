import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { connectorStates, linkedCustomer, metric, sourceOf } from './reading.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  service = await stack.start({
    BILLING_TIMEOUT_MS: '1800',
    REQUEST_BUDGET_MS: '5000',
    RESELLER_QUOTA_CALLS: '100000',
  });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

describe('one connector hangs', () => {
  it('partial; its waiting calls do not use up the others’ slots, its breaker is its own', async () => {
    stack.sandbox.faults.set('netsuite', { kind: 'hang' });
    // More than netsuite has places, with two other connectors beside it.
    const reads = Array.from({ length: 80 }, () =>
      service.http.get(profilePath(linkedCustomer(stack), 'connectors=netsuite,stripe,xero')),
    );
    for (const { status, body } of await Promise.all(reads)) {
      expect(status).toBe(200);
      const { netsuite, ...others } = connectorStates(body);
      expect(Object.values(others)).toStrictEqual(Array(2).fill('linked'));
      expect(['timeout', 'circuit_open', 'skipped_budget']).toContain(netsuite);
    }
    const breaker = (name: string): Promise<number> =>
      metric(service, 'upstream_breaker_state', { operation: `get_connector_${name}` });
    expect(await breaker('netsuite')).toBe(2);
    expect(await breaker('stripe')).toBe(0);
    const { body } = await service.http.get(linkedCustomer(stack).path);
    expect(sourceOf(body, 'netsuite')).toMatchObject({ state: 'circuit_open' });
  });
});

describe('`customer_unknown` from one connector', () => {
  it('cancels its hanging siblings: all eleven say so at once, and the far side sees ten calls given up', async () => {
    stack.sandbox.faults.set('billing', { kind: 'hang' });
    stack.sandbox.faults.set('hubspot', { kind: 'status', status: 404 });
    const startedAt = performance.now();
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect(Object.values(connectorStates(body))).toStrictEqual(Array(11).fill('customer_unknown'));
    expect(body.complete).toBe(true);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 10);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'billing' })).toBe(0);
  });
});

describe('identical concurrent calls', () => {
  it('of a full profile and of one connector are one', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'delay', delayMs: 200 });
    const one = linkedCustomer(stack);
    const paths = [one.path, profilePath(one, 'connectors=stripe'), profilePath(one, '', '/connectors/stripe')];
    const answers = await Promise.all(paths.map((path) => service.http.get(path).expect(200)));
    expect(answers[1]?.body.connectors).toHaveLength(1);
    expect(stack.asked('stripe')).toHaveLength(1);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
  });

  it('of two reseller customers that share a billing customer are one for each connector', async () => {
    stack.sandbox.faults.set('billing', { kind: 'delay', delayMs: 200 });
    const first = linkedCustomer(stack);
    const second = { ...stack.newCustomer('fully-linked'), billingCustomerId: first.billingCustomerId };
    const answers = await Promise.all([first.path, profilePath(second)].map((path) => service.http.get(path)));
    for (const { body } of answers) expect(body.complete).toBe(true);
    const { reseller, stripe, dealhub } = stack.sandbox.traffic.counts.bySource;
    expect({ reseller, stripe, dealhub }).toStrictEqual({ reseller: 2, stripe: 1, dealhub: 1 });
  });
});
