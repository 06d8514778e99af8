import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../../customer-profiles/stack.ts';
import { settled, throughWaits } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { linkedCustomer, metric, sourceOf } from '../reading.ts';

describe('drift', () => {
  let stack: Stack;
  let service: Service;
  beforeAll(async () => {
    stack = await startStack();
  });
  beforeEach(async () => {
    service = await stack.start();
  });
  afterEach(async () => {
    stack.sandbox.faults.clear();
    await service.close();
  });
  afterAll(() => stack.close());

  const firstSeen = (): readonly unknown[] =>
    service.log.filter(({ event }) => event === 'drift_first_seen').map(({ detail }) => detail);
  const series = async (): Promise<readonly string[]> => {
    const { text } = await service.http.get('/metrics').expect(200);
    return text.split('\n').filter((line) => line.startsWith('upstream_drift_total{'));
  };

  it('is empty for documented answers', async () => {
    await service.http.get(linkedCustomer(stack).path).expect(200);
    await service.http.get(profilePath(stack.newCustomer('some-connectors'))).expect(200);
    expect(await series()).toStrictEqual([]);
    expect(firstSeen()).toStrictEqual([]);
  });

  it('of a connector counts for the billing platform, and the answer stays complete', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'override', patch: { currency: 'canary-value', email: null } });
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(body.complete).toBe(true);
    expect(await series()).toStrictEqual([
      'upstream_drift_total{upstream="billing",field="currency",kind="unknown_field"} 1',
    ]);
    expect(firstSeen()).toStrictEqual(['unknown_field currency']);
  });

  it('in the sentence of a 400 is counted, and the sentence appears nowhere', async () => {
    const message = 'canary-value: paused by its owner.';
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 400, body: { error_code: 'BAD_REQUEST', message } });
    const { body, text } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    const labels = { upstream: 'billing', field: 'message', kind: 'unknown_value' };
    expect(await metric(service, 'upstream_drift_total', labels)).toBe(1);
    expect(text + JSON.stringify(service.log) + (await series()).join()).not.toContain('canary-value');
  });

  it('in a status is counted by its code, and a known failure is not counted', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 418, body: { message: 'canary-value' } });
    await service.http.get(linkedCustomer(stack).path).expect(200);
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 503 });
    await throughWaits(service, service.http.get(linkedCustomer(stack).path).expect(200));
    expect(await series()).toStrictEqual([
      'upstream_drift_total{upstream="billing",field="status.418",kind="unknown_status"} 1',
    ]);
    expect(firstSeen()).toStrictEqual(['unknown_status status.418']);
  });

  it('is in the report of the dependencies, with count and first time, and without any value', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'override', patch: { currency: 'canary-value' } });
    const [first, later] = [0, 3000].map((ms) => new Date(service.clock.now() + ms).toISOString());
    for (let reads = 0; reads < 3; reads += 1) {
      await service.http.get(linkedCustomer(stack).path).expect(200);
      await settled(service);
      service.clock.advance(1000);
    }
    const message = 'canary-value: paused by its owner.';
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 400, body: { error_code: 'BAD_REQUEST', message } });
    await service.http.get(linkedCustomer(stack).path).expect(200);
    const { body, text } = await service.http.get('/health/dependencies').expect(200);
    expect(body.drift).toStrictEqual([
      { upstream: 'billing', kind: 'unknown_field', field: 'currency', count: 3, firstSeenAt: first },
      { upstream: 'billing', kind: 'unknown_value', field: 'message', count: 1, firstSeenAt: later },
    ]);
    expect(text).not.toContain('canary-value');
  });

  it('in a malformed body is not counted', async () => {
    stack.sandbox.faults.set('stripe', { kind: 'override', patch: { connector_name: 'xero', currency: 'EUR' } });
    await service.http.get(linkedCustomer(stack).path).expect(200);
    stack.sandbox.faults.set('reseller', { kind: 'override', patch: { customerId: '9876543210', novelty: 1 } });
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(502);
    expect(await series()).toStrictEqual([]);
  });

  it('under 2,000 odd names is a hundred names and `other`, in metrics and log, without any value', async () => {
    const odd = ['plain_', 'dotted.', 'with space ', 'quote"\\\n', '漢字', `${'long'.repeat(20)}_`];
    for (let customer = 0; customer < 20; customer += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `${odd[index % odd.length] ?? ''}${customer}x${index}`);
      const fields = Object.fromEntries(names.map((name) => [name, 'canary-value']));
      const { body } = await service.http
        .get(profilePath(stack.newCustomer('no-billing-customer', fields)))
        .expect(200);
      expect(body.complete).toBe(true);
    }
    expect(await metric(service, 'upstream_drift_total', { upstream: 'reseller' })).toBe(2000);
    expect(await metric(service, 'upstream_drift_total', { field: 'other' })).toBe(1900);
    const lines = await series();
    expect(lines).toHaveLength(101);
    for (const line of lines)
      expect(line).toMatch(
        /^upstream_drift_total\{upstream="reseller",field="[\w.]{1,64}",kind="unknown_field"\} \d+$/,
      );
    expect(firstSeen()).toHaveLength(101);
    expect(lines.join() + JSON.stringify(service.log)).not.toContain('canary-value');
  });
});
