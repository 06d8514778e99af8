import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  linkedAs,
  openStage,
  type ReadProfile,
  sourceOf,
  type Stage,
  type StagedCustomer,
} from '../profile-cache/stage.ts';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await Promise.all([stage.service({ CACHE_LOCAL_SECONDS: '60' }), stage.service()]);
});

afterAll(() => stage.close());

const urlOf = ({ customerId }: StagedCustomer): string => `/v1/customer-links/${customerId}`;
const put = (customer: StagedCustomer, billingCustomerId: string): PromiseLike<unknown> =>
  service.http.put(urlOf(customer)).send({ billingCustomerId });
const read = async (reader: Service, { unlinkedPath }: StagedCustomer): Promise<ReadProfile> =>
  (await reader.http.get(unlinkedPath).expect(200)).body as ReadProfile;

describe('a profile whose link changes', () => {
  it('says unlinked, with no connectors and complete, before there is a link', async () => {
    const customer = stage.customer();
    const body = await read(service, customer);
    expect(body).toMatchObject({ billingCustomerId: null, connectors: [], complete: true });
    expect(body.sources).toContainEqual(expect.objectContaining({ source: 'billing', state: 'unlinked' }));
    expect(customer.calls()).toEqual({ reseller: 1 });
  });

  it('shows the new billing customer at once in the process that stored the link, cached or not', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const next = stage.customer({ stripe: linkedAs('cus_new') });
    await read(service, customer);
    await put(customer, customer.billingCustomerId);
    expect((await read(service, customer)).connectors?.[0]).toMatchObject({ referenceId: 'cus_old' });
    await put(customer, next.billingCustomerId);
    expect((await read(service, customer)).connectors?.[0]).toMatchObject({ referenceId: 'cus_new' });
    await service.http.delete(urlOf(customer)).expect(204);
    expect(await read(service, customer)).toMatchObject({ billingCustomerId: null, connectors: [] });
  });

  it('shows the new billing customer in another process within CACHE_LOCAL_SECONDS', async () => {
    const customer = stage.customer();
    const next = randomUUID();
    await put(customer, customer.billingCustomerId);
    expect(await read(other, customer)).toMatchObject({ billingCustomerId: customer.billingCustomerId });
    await put(customer, next);
    await pass(2000, other);
    expect(await read(other, customer)).toMatchObject({ billingCustomerId: next });
  });

  it('names the resolver of the link: the store, or the request, which is not stored', async () => {
    const customer = stage.customer();
    const stored = randomUUID();
    await put(customer, stored);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(sourceOf(body, 'billing')?.resolver).toBe('request');
    const unnamed = await read(service, customer);
    expect(unnamed).toMatchObject({ billingCustomerId: stored });
    expect(sourceOf(unnamed, 'billing')?.resolver).toBe('link-store');
  });
});

describe('a stored link that cannot be read', () => {
  it.each<[string, (key: string) => Promise<unknown>]>([
    ['a key of another type', (key) => stage.raw.set(key, 'x')],
    ['a history that is not JSON', (key) => stage.raw.hset(key, { billingCustomerId: randomUUID(), history: '[{' })],
    ['a billing customer that is no UUID', (key) => stage.raw.hset(key, 'billingCustomerId', '../../x')],
  ])('makes the profile partial and never unlinked, until it can be read: %s', async (_title, spoil) => {
    const customer = stage.customer();
    await put(customer, customer.billingCustomerId);
    const [key = ''] = await stage.raw.keys(`customer-links:*${customer.customerId}*`);
    await stage.raw.del(key);
    await spoil(key);
    const body = await read(service, customer);
    expect(body).toMatchObject({ billingCustomerId: null, connectors: null, complete: false });
    expect(body.sources).toContainEqual(
      expect.objectContaining({ source: 'billing', state: 'link_store_unavailable' }),
    );
    expect(customer.calls()).toEqual({ reseller: 1 });
    const { body: problem } = await service.http.get(urlOf(customer)).expect(503);
    expect(problem).toMatchObject({ code: 'link_store_unavailable' });

    await settled(service);
    await stage.raw.del(key);
    await stage.raw.hset(key, 'billingCustomerId', customer.billingCustomerId);
    expect(await read(service, customer)).toMatchObject({
      complete: true,
      billingCustomerId: customer.billingCustomerId,
    });
  });
});
