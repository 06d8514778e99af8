import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, sourceOf, type Stage } from '../profile-cache/stage.ts';
import { pass, throughWaits } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_STALE_SECONDS: '7200' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

describe('a source that fails after it was good', () => {
  it('is answered for with its last good answer, marked stale, with the failed attempt beside it', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const first = await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    const failedAt = service.clock.now();
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    const { body, headers } = await service.http.get(customer.path).expect(200);
    expect(headers['profile-complete']).toBe('?1');
    expect(body.connectors[0]).toEqual(first.body.connectors[0]);
    const stripe = sourceOf(body, 'stripe');
    expect(stripe).toMatchObject({ state: 'linked', stale: true, lastAttempt: { state: 'upstream_error' } });
    expect(stripe?.fetchedAt).toBe(sourceOf(first.body, 'stripe')?.fetchedAt);
    expect(Date.parse(stripe?.lastAttempt?.at ?? '')).toBe(Math.floor(failedAt));
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: false });
    expect(headers.age).toBe('600');
    // Against max-age a recipient counts Age; what is left is the failure time.
    const maxAge = Number(/^private, max-age=(\d+)$/.exec(headers['cache-control'] ?? '')?.[1]);
    expect(maxAge - Number(headers.age)).toBe(10);
  });

  it('is answered for in the same way when it is the required customer itself', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'reset' });
    const { body } = await throughWaits(service, service.http.get(customer.path).expect(200));
    expect(body).toMatchObject({ name: 'Ravensworth Tools', complete: true });
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
  });

  it('is not fetched again for CACHE_FAILURE_SECONDS, then recovers without a trace', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    await service.http.get(customer.path).expect(200);
    await pass(9999, service);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ stale: true });
    expect(customer.calls()).toMatchObject({ stripe: 2 });
    stage.sandbox.faults.clear();
    await pass(1, service);
    const healed = await service.http.get(customer.path).expect(200);
    expect(sourceOf(healed.body, 'stripe')).toEqual({
      source: 'stripe',
      state: 'linked',
      stale: false,
      fetchedAt: expect.any(String),
    });
    expect(customer.calls()).toMatchObject({ stripe: 3, reseller: 2 });
  });

  it('is not answered for once its last good answer is older than CACHE_STALE_SECONDS', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3') });
    await service.http.get(customer.path).expect(200);
    await pass(1000 * (7199 - 60), service);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    const before = await service.http.get(customer.path).expect(200);
    expect(sourceOf(before.body, 'stripe')).toMatchObject({ state: 'linked', stale: true });
    await pass(61_000, service);
    const after = await service.http.get(customer.path).expect(200);
    expect(after.body).toMatchObject({ complete: false });
    expect(sourceOf(after.body, 'stripe')).toMatchObject({ state: 'upstream_error', stale: false, fetchedAt: null });
    expect(after.body.connectors[0]).toEqual({ name: 'stripe', category: 'payments', state: 'upstream_error' });
  });

  it('is a refusal for a required source past CACHE_STALE_SECONDS, also the second time', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(7_201_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
    await service.http.get(customer.path).expect(502);
    await service.http.get(customer.path).expect(502);
  });

  it('that says a connector is no longer linked is believed', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_4') });
    await service.http.get(customer.path).expect(200);
    const { customerId, billingCustomerId } = customer;
    stage.sandbox.customers.put({
      slug: `unlinked-since-${customerId}`,
      about: 'The same customer, no longer linked.',
      billingCustomerId,
      resource: { customerId },
      connectors: {},
    });
    await pass(600_000, service);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body.connectors[0]).toEqual({ name: 'stripe', category: 'payments', state: 'not_linked' });
  });
});
