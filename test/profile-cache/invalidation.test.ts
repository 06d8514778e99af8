import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await Promise.all([stage.service({ CACHE_LOCAL_SECONDS: '60' }), stage.service()]);
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const link = (customer: StagedCustomer, billingCustomerId: string): PromiseLike<unknown> =>
  service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId });

/** A read of the old link in `reader` that has asked all its sources, of which stripe answers late. */
async function readUnderWay(
  reader: Service,
  customer: StagedCustomer,
): Promise<{ answered: Promise<{ billingCustomerId: string }> }> {
  await link(customer, customer.billingCustomerId);
  stage.sandbox.faults.set('stripe', { kind: 'delay', delayMs: 800, times: 1 });
  const answered = fetch(reader.url + customer.unlinkedPath).then((answer) => answer.json());
  await stage.sandbox.traffic.until(() => customer.requests().length === 12);
  return { answered: answered as Promise<{ billingCustomerId: string }> };
}

describe('a read that began before the customer was invalidated', () => {
  it('is kept neither in Redis nor in the process’s own copy', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const { answered } = await readUnderWay(service, customer);
    await link(customer, wanted);
    expect(await answered).toMatchObject({ billingCustomerId: customer.billingCustomerId });
    const fields = await stage.raw.hkeys(await stage.keyOf(customer));
    expect(fields).toEqual(['generation']);
    const { body, headers } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    expect(body).toMatchObject({ billingCustomerId: wanted });
  });

  it('is kept in Redis by no other process either, and there no longer than CACHE_LOCAL_SECONDS', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const { answered } = await readUnderWay(other, customer);
    await link(customer, wanted);
    await answered;
    const fields = await stage.raw.hkeys(await stage.keyOf(customer));
    expect(fields).toEqual(['generation']);
    other.clock.pass(2);
    const { body } = await other.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: wanted });
  });

  it('is not joined by a read that began after it', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const { answered } = await readUnderWay(service, customer);
    await link(customer, wanted);
    const { body, headers } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    expect(body).toMatchObject({ billingCustomerId: wanted });
    await answered;
    const again = await service.http.get(customer.unlinkedPath).expect(200);
    expect(again.body).toEqual(body);
  });
});

describe('an invalidation', () => {
  it('lets the next read be kept again, in Redis and in the process', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_new') });
    await link(customer, randomUUID());
    await service.http.get(customer.unlinkedPath).expect(200);
    await link(customer, customer.billingCustomerId);
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(body.connectors[0]).toMatchObject({ referenceId: 'cus_new' });
    const again = await service.http.get(customer.unlinkedPath).expect(200);
    expect(again.headers['cache-status']).toMatch(/; hit; .*detail=local$/);
    const elsewhere = await other.http.get(customer.unlinkedPath).expect(200);
    expect(elsewhere.headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  });
});
