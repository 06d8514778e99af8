import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { heardEachOther } from '../invalidations/invalidating.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { EVERY_CONNECTOR_ASKED_ONCE, linkedAs, metric, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;
/** With copies that live long, so that only the invalidation message ends them. */
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CACHE_LOCAL_SECONDS: '60' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const forget = (customer: StagedCustomer): PromiseLike<unknown> =>
  service.http.delete(`${customer.unlinkedPath}/cache`).expect(204);

const cacheStatus = async (reader: Service, path: string): Promise<string> =>
  (await reader.http.get(path).expect(200)).headers['cache-status'] ?? '';
const isLocalHit = async (reader: Service, path: string): Promise<boolean> =>
  (await cacheStatus(reader, path)).endsWith('detail=local');

/** Read by both processes, so that both hold a copy. */
async function heldByBoth(path: string): Promise<void> {
  for (const reader of [service, other]) {
    await reader.http.get(path).expect(200);
    await settled(reader);
    expect(await isLocalHit(reader, path)).toBe(true);
  }
}

const ASKED_TWICE = Object.fromEntries(
  Object.keys({ reseller: 1, ...EVERY_CONNECTOR_ASKED_ONCE }).map((source) => [source, 2]),
);

describe('DELETE …/cache', () => {
  it('is 204, and the next read fetches every source again', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await service.http.get(customer.path).expect(200);
    await forget(customer);
    expect(await cacheStatus(service, customer.path)).toMatch(/; fwd=miss;/);
    expect(customer.calls()).toEqual(ASKED_TWICE);
  });

  it('is 204 for a customer that is not cached', async () => {
    await forget(stage.customer());
  });

  it('ends the copies of other processes, of every link', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    const link = stage.customer({ stripe: linkedAs('cus_3') });
    const otherPath = `${customer.unlinkedPath}?billingCustomerId=${link.billingCustomerId}`;
    await heldByBoth(customer.path);
    await other.http.get(otherPath).expect(200);
    await settled(other);
    await forget(customer);
    await eventually('the copy has ended', async () => !(await isLocalHit(other, customer.path)));
    const calls = link.calls();
    expect(await cacheStatus(other, otherPath)).toMatch(/; fwd=(miss|partial);/);
    expect(link.calls().stripe).toBe((calls.stripe ?? 0) + 1);
  });

  it('leaves the copies of other customers', async () => {
    const [customer, bystander] = [stage.customer(), stage.customer()];
    await heldByBoth(customer.path);
    await heldByBoth(bystander.path);
    await forget(customer);
    await eventually('the copy has ended', async () => !(await isLocalHit(other, customer.path)));
    expect(await isLocalHit(other, bystander.path)).toBe(true);
    expect(await isLocalHit(service, bystander.path)).toBe(true);
  });

  it('does not change the stored link', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_4') });
    const { billingCustomerId } = customer;
    await service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId }).expect(201);
    await service.http.get(customer.unlinkedPath).expect(200);
    await forget(customer);
    const { body, headers } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    expect(body).toMatchObject({ billingCustomerId });
  });
});

describe('a refresh that began before DELETE …/cache', () => {
  it.each(['the same', 'another'])('in %s process is never written, nor served to later readers', async (which) => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const reader = which === 'another' ? other : service;
    stage.sandbox.faults.set('xero', { kind: 'hold', times: 1 });
    const early = fetch(reader.url + customer.path);
    const answered = (): number => customer.requests().filter(({ status }) => status !== 'none').length;
    await stage.sandbox.traffic.until(() => answered() === 11);
    await forget(customer);
    // A read that begins before its process has heard of it is not written either.
    await heardEachOther(service, other);
    const { customerId, billingCustomerId } = customer;
    stage.sandbox.customers.put({
      slug: `relinked-${customerId}`,
      about: 'The same customer, linked otherwise.',
      billingCustomerId,
      resource: { customerId },
      connectors: { stripe: linkedAs('cus_new') },
    });
    const late = fetch(reader.url + customer.path);
    // Both wait for the one call to xero.
    await stage.sandbox.traffic.until(() => answered() === 22);
    stage.sandbox.faults.clear();
    const expected = (reference: string): object => ({
      connectors: [{ referenceId: reference }, ...Array(10).fill({})],
    });
    expect(await (await early).json()).toMatchObject(expected('cus_old'));
    expect(await (await late).json()).toMatchObject(expected('cus_new'));
    await settled(reader);
    expect(await metric(reader, 'profile_cache_writes_total{outcome="forgotten"}')).toBe(1);
    for (const again of [service, other]) {
      const { body } = await again.http.get(customer.path).expect(200);
      expect(body.connectors[0]).toMatchObject({ referenceId: 'cus_new' });
    }
  });
});

describe('what else ends the copies of other processes:', () => {
  it('a link that is stored', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_5') });
    for (const reader of [service, other]) {
      await reader.http.get(customer.unlinkedPath).expect(200);
      await settled(reader);
    }
    expect(await isLocalHit(other, customer.unlinkedPath)).toBe(true);
    const { billingCustomerId } = customer;
    await service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId }).expect(201);
    const linkRead = async (): Promise<unknown> => (await other.http.get(customer.unlinkedPath)).body.billingCustomerId;
    await eventually('the link is used', async () => (await linkRead()) === billingCustomerId);
  });

  it('a 404 of the reseller, which drops every link’s entry everywhere', async () => {
    const customer = stage.customer();
    const link = stage.customer();
    const otherPath = `${customer.unlinkedPath}?billingCustomerId=${link.billingCustomerId}`;
    await heldByBoth(customer.path);
    for (const reader of [service, other]) {
      await reader.http.get(otherPath).expect(200);
      await settled(reader);
    }
    service.clock.advance(1);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).set('cache-control', 'no-cache').expect(404);
    for (const path of [customer.path, otherPath])
      await eventually('the copy has ended', async () => (await other.http.get(path)).status === 404);
  });
});
