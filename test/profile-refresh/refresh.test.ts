import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, sourceOf, type Stage } from '../profile-cache/stage.ts';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

/** 300 s and 3600 s, with their jitter. */
const PAST_FRESH_SECONDS = 330;
const PAST_NOT_LINKED_SECONDS = 3960;
const asked = (customer: { calls(): Readonly<Record<string, number>> }, source: string): number | undefined =>
  customer.calls()[source];

describe('a refresh', () => {
  it('is not made while every part is fresh', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await service.http.get(customer.path).expect(200);
    await pass(0.9 * 300_000 - 1, service);
    const { headers } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; /);
    expect(asked(customer, 'reseller')).toBe(1);
  });

  it('asks after five minutes for the customer and the linked connectors, and for no connector that is not linked', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2'), xero: linkedAs('xero-2') });
    await service.http.get(customer.path).expect(200);
    await pass(1000 * PAST_FRESH_SECONDS, service);
    const { headers, body } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=stale;/);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2, xero: 2, adyen: 1, netsuite: 1, dealhub: 1 });
    expect(body).toMatchObject({ complete: true });
    expect(body.connectors).toHaveLength(11);
  });

  it('asks after an hour for the connectors that were not linked or removed, and finds links made since', async () => {
    const customer = stage.customer({ xero: { outcome: 'integration_removed' } });
    await service.http.get(customer.path).expect(200);
    const { customerId, billingCustomerId } = customer;
    stage.sandbox.customers.put({
      slug: `linked-since-${customerId}`,
      about: 'The same customer, linked meanwhile.',
      billingCustomerId,
      resource: { customerId },
      connectors: { adyen: linkedAs('shopper-3') },
    });
    await pass(1000 * PAST_NOT_LINKED_SECONDS, service);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(customer.calls()).toMatchObject({ adyen: 2, xero: 2, netsuite: 2 });
    expect(body.connectors).toContainEqual(expect.objectContaining({ name: 'adyen', referenceId: 'shopper-3' }));
  });

  it('has the age of the oldest part it leaves as it is', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_4') });
    await service.http.get(customer.path).expect(200);
    await pass(1000 * PAST_FRESH_SECONDS, service);
    const { headers, body } = await service.http.get(customer.path).expect(200);
    expect(Number(headers.age)).toBe(PAST_FRESH_SECONDS);
    const fetchedAt = (source: string): number => Date.parse(sourceOf(body, source)?.fetchedAt ?? '');
    expect(fetchedAt('stripe') - fetchedAt('adyen')).toBe(PAST_FRESH_SECONDS * 1000);
  });
});

describe('a connector that fails', () => {
  it('is fetched again only after CACHE_FAILURE_SECONDS, and then alone', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('xero', { kind: 'status', status: 400, body: { message: 'not documented' } });
    const first = await service.http.get(customer.path).expect(200);
    expect(first.headers['profile-complete']).toBe('?0');
    await pass(9999, service);
    const second = await service.http.get(customer.path).expect(200);
    expect(second.headers['cache-status']).toMatch(/; hit; /);
    expect(second.body).toMatchObject({ complete: false });
    expect(asked(customer, 'xero')).toBe(1);

    stage.sandbox.faults.clear('xero');
    await pass(1, service);
    const third = await service.http.get(customer.path).expect(200);
    expect(third.body).toMatchObject({ complete: true });
    expect(third.body.connectors).toContainEqual({ name: 'xero', category: 'accounting', state: 'not_linked' });
    expect(customer.calls()).toMatchObject({ xero: 2, reseller: 1, stripe: 1, netsuite: 1 });
  });

  it('makes the answer fresh for no longer than CACHE_FAILURE_SECONDS', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('xero', { kind: 'status', status: 400, body: { message: 'not documented' } });
    const { headers } = await service.http.get(customer.path).expect(200);
    const maxAge = Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1]);
    expect(maxAge).toBe(10);
  });

  it('keeps a partial profile in another process no longer either', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('xero', { kind: 'status', status: 400, body: { message: 'not documented' } });
    await service.http.get(customer.path).expect(200);
    await settled(service);
    stage.sandbox.faults.clear('xero');
    await pass(10_000, service, other);
    const { body, headers } = await other.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=stale;/);
    expect(body).toMatchObject({ complete: true });
  });
});

describe('a customer that could not be read', () => {
  it('is not kept at all: the next read asks again', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_5') });
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
    await service.http.get(customer.path).expect(502);
    await settled(service);
    stage.sandbox.faults.clear('reseller');
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body).toMatchObject({ complete: true, name: 'Ravensworth Tools' });
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 1 });
  });
});
