import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { EVERY_CONNECTOR_ASKED_ONCE, linkedAs, openStage, type ReadProfile, type Stage } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterAll(() => stage.close());

const ASKED_ONCE = { reseller: 1, ...EVERY_CONNECTOR_ASKED_ONCE };

describe('a profile that was read before', () => {
  it('is first fetched from every source once, and says so', async () => {
    const customer = stage.customer();
    const { headers } = await service.http.get(customer.path).expect(200);
    expect(headers).toMatchObject({ 'cache-status': expect.stringMatching(/; fwd=miss;/), age: '0' });
    expect(customer.calls()).toEqual(ASKED_ONCE);
  });

  it('comes from the process’s own copy, equal to the first answer, with its age and without an upstream call', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const first = await service.http.get(customer.path).expect(200);
    await pass(1000, service);
    const second = await service.http.get(customer.path).expect(200);
    expect(second.headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=\d+; detail=local$/);
    expect(second.headers.age).toBe('1');
    expect(second.body).toEqual(first.body);
    expect(customer.calls()).toEqual(ASKED_ONCE);
  });

  it('comes from Redis in another process, equal to the first answer, with its age and without an upstream call', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    const first = await service.http.get(customer.path).expect(200);
    await pass(120_000, service, other);
    const second = await other.http.get(customer.path).expect(200);
    expect(second.headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=\d+; detail=redis$/);
    expect(second.headers.age).toBe('120');
    expect(second.body).toEqual(first.body);
    expect(customer.calls()).toEqual(ASKED_ONCE);
  });

  it('is looked up in Redis again once the process’s own copy is older than CACHE_LOCAL_SECONDS', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(2000, service);
    const { headers } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  });

  it('always comes from Redis when CACHE_LOCAL_SECONDS is 0', async () => {
    const customer = stage.customer();
    const withoutCopies = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
    await withoutCopies.http.get(customer.path).expect(200);
    await settled(withoutCopies);
    const { headers } = await withoutCopies.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  });

  it('gives callers a lifetime that ends when its first part is due', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3') });
    const { headers } = await service.http.get(customer.path).expect(200);
    const [, maxAge] = /^private, max-age=(\d+)$/.exec(headers['cache-control'] ?? '') ?? [];
    expect(Number(maxAge)).toBeGreaterThanOrEqual(0.9 * 300);
    expect(Number(maxAge)).toBeLessThanOrEqual(1.1 * 300);
  });

  it('gives callers an age and a lifetime whose difference is the time left', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(100_000, service);
    const { headers } = await service.http.get(customer.path).expect(200);
    const age = Number(headers.age);
    const maxAge = Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1]);
    const ttl = Number(/ttl=(\d+)/.exec(headers['cache-status'] ?? '')?.[1]);
    expect(age).toBe(100);
    expect(maxAge - age).toBe(ttl);
  });
});

describe('the billingCustomerId of a request', () => {
  it('leads to the same entry in upper and in lower case', async () => {
    const customer = stage.customer();
    await service.http.get(`${customer.unlinkedPath}?billingCustomerId=${customer.billingCustomerId.toUpperCase()}`);
    await settled(service);
    const { headers, body } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; /);
    expect(body.billingCustomerId).toBe(customer.billingCustomerId);
    expect(customer.calls()).toEqual(ASKED_ONCE);
  });

  it('never shows the connectors of another billing customer, cached or stored', async () => {
    const first = stage.customer({ stripe: linkedAs('cus_first') });
    const second = stage.customer({ stripe: linkedAs('cus_second') });
    const stripeOf = async (query: string): Promise<unknown> => {
      const { body } = await service.http.get(`${first.unlinkedPath}${query}`).expect(200);
      return (body as ReadProfile).connectors?.find(({ name }) => name === 'stripe')?.referenceId;
    };
    const askThrice = async (): Promise<unknown[]> => [
      await stripeOf(`?billingCustomerId=${first.billingCustomerId}`),
      await stripeOf(`?billingCustomerId=${second.billingCustomerId}`),
      await stripeOf(''),
    ];
    expect(await askThrice()).toEqual(['cus_first', 'cus_second', undefined]);
    await settled(service);
    expect(await askThrice()).toEqual(['cus_first', 'cus_second', undefined]);
  });

  it('is kept apart for more billing customers than are kept at once', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_own') });
    for (let made = 0; made < 20; made += 1)
      await service.http.get(`${customer.unlinkedPath}?billingCustomerId=${randomUUID()}`).expect(200);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body.connectors[0]).toMatchObject({ name: 'stripe', referenceId: 'cus_own' });
    await settled(service);
    const fields = await stage.raw.hkeys(await stage.keyOf(customer));
    expect(fields.filter((field) => field.startsWith(`${stage.scope}link@`)).length).toBeLessThanOrEqual(16);
  });

  it('never costs the stored link anything, however many others there are', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_own') });
    const { customerId, billingCustomerId } = customer;
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    await settled(service);
    const calls = customer.calls();
    for (let made = 0; made < 40; made += 1) {
      await service.http.get(`${customer.unlinkedPath}?billingCustomerId=${randomUUID()}`).expect(200);
      await settled(service);
    }
    await pass(3000, service);
    const again = await service.http.get(customer.unlinkedPath).expect(200);
    expect(again.headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
    expect(again.body).toEqual(body);
    expect(customer.calls()).toMatchObject({ reseller: calls.reseller, stripe: calls.stripe });
  });
});
