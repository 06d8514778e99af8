import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CACHE_LOCAL_SECONDS: '60' }, {});
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const link = (customer: StagedCustomer, billingCustomerId: string): PromiseLike<unknown> =>
  service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId });

/** A read of the old link in `reader` that waits for stripe alone, and the function that ends the wait. */
async function readUnderWay(
  reader: Service,
  customer: StagedCustomer,
): Promise<() => Promise<{ billingCustomerId: string }>> {
  await link(customer, customer.billingCustomerId);
  stage.sandbox.faults.set('stripe', { kind: 'hold', times: 1 });
  const answer = fetch(reader.url + customer.unlinkedPath);
  await stage.sandbox.traffic.until(
    () => customer.requests().filter(({ status }) => status !== 'none').length === 11 && customer.calls().stripe === 1,
  );
  return async () => {
    stage.sandbox.faults.clear();
    const body = await (await answer).json();
    await settled(reader);
    return body as { billingCustomerId: string };
  };
}

describe('a read that began before the customer was invalidated', () => {
  it('is kept neither in Redis nor in the process’s own copy', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const end = await readUnderWay(service, customer);
    await link(customer, wanted);
    expect(await end()).toMatchObject({ billingCustomerId: customer.billingCustomerId });
    const fields = await stage.raw.hkeys(await stage.keyOf(customer));
    expect(fields).toEqual(['generation', 'version']);
    const { body, headers } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    expect(body).toMatchObject({ billingCustomerId: wanted });
  });

  it('is kept in Redis by no other process either, and there no longer than CACHE_LOCAL_SECONDS', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const end = await readUnderWay(other, customer);
    await link(customer, wanted);
    await end();
    const fields = await stage.raw.hkeys(await stage.keyOf(customer));
    expect(fields).toEqual(['generation', 'version']);
    await pass(2000, service, other);
    const { body } = await other.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: wanted });
  });

  it('is not joined by a read that began after it', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const wanted = randomUUID();
    const end = await readUnderWay(service, customer);
    await link(customer, wanted);
    const { body, headers } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    expect(body).toMatchObject({ billingCustomerId: wanted });
    await end();
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
    await settled(service);
    const elsewhere = await other.http.get(customer.unlinkedPath).expect(200);
    expect(elsewhere.headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  });
});
