import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type StoredChange } from '../../../src/customer-changes/feed/change.ts';
import { ChangeFeed } from '../../../src/customer-changes/feed/change-feed.ts';
import { BATCH_MS } from '../../../src/profile-refresh/leased-fetches.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { pass, settled, throughWaits } from '../../support/passing-time.ts';
import { organisationAt, type Service } from '../../support/service.ts';

const FRESH_MS = 400_000;
const WRITTEN = 'profile_cache_writes_total{outcome="written"}';
const GONE = { kind: 'body', status: 404, body: JSON.stringify({ code: '1116', message: 'Not found' }) } as const;

let stage: Stage;
let service: Service;
let other: Service;
let organisation: string;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CACHE_LOCAL_SECONDS: '0' });
  organisation = organisationAt(stage.sandbox.url).id;
});

beforeEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

/** What the feed says of a customer. */
async function told({ customerId }: StagedCustomer): Promise<readonly StoredChange[]> {
  await Promise.all([settled(service), settled(other)]);
  const { events } = await service.app.get(ChangeFeed, { strict: false }).read(organisation, null, 10_000);
  return events.map(({ change }) => change).filter((change) => change.customerId === customerId);
}
const typesOf = async (customer: StagedCustomer): Promise<readonly string[]> =>
  (await told(customer)).map(({ type }) => type);

async function read(customer: StagedCustomer, query = '', reader = service): Promise<string> {
  const { headers } = await throughWaits(reader, reader.http.get(`${customer.unlinkedPath}${query}`));
  await Promise.all([settled(service), settled(other)]);
  return headers.etag ?? '';
}
const put = async ({ customerId }: StagedCustomer, billingCustomerId: string): Promise<void> => {
  await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
};
/** A customer with a stored link, read once. */
async function known(connectors = { stripe: linkedAs('cus_1') }): Promise<StagedCustomer> {
  const customer = stage.customer(connectors);
  await put(customer, customer.billingCustomerId);
  await read(customer);
  return customer;
}

describe('an event', () => {
  it('is appended when a profile is known for the first time, and names the entity tag that readers get', async () => {
    const customer = stage.customer();
    const etag = await read(customer);
    expect(await told(customer)).toStrictEqual([
      {
        type: 'added',
        customerId: customer.customerId,
        billingCustomerId: null,
        fields: expect.arrayContaining(['name', 'account']),
        sources: ['reseller', 'billing'],
        etag,
        at: new Date(service.clock.now()).toISOString(),
      },
    ]);
  });

  it('names the fields and sources that have changed, and holds no value', async () => {
    const customer = await known();
    stage.rename(customer, 'Quillfeather Ltd', { stripe: linkedAs('cus_1') });
    await pass(FRESH_MS, service);
    const etag = await read(customer);
    const [change] = (await told(customer)).filter(({ type }) => type === 'changed');
    expect(change).toMatchObject({ sources: ['reseller'], etag, billingCustomerId: customer.billingCustomerId });
    expect(change?.fields).toContain('name');
    expect(change?.fields).not.toContain('connectors');
    expect(JSON.stringify(change)).not.toContain('Quillfeather');
  });

  it('is not appended when sources answer the same again', async () => {
    const customer = await known();
    const before = await typesOf(customer);
    for (let times = 0; times < 3; times += 1) {
      await pass(FRESH_MS, service);
      await read(customer);
    }
    expect(customer.calls().reseller).toBeGreaterThan(2);
    expect(await typesOf(customer)).toStrictEqual(before);
  });

  it('is not appended when a profile gets stale, or when what fails is still known', async () => {
    const customer = await known();
    const before = await typesOf(customer);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 503 });
    await pass(FRESH_MS, service);
    await read(customer);
    stage.sandbox.faults.clear();
    await pass(FRESH_MS, service);
    await read(customer);
    expect(await typesOf(customer)).toStrictEqual(before);
  });

  it('is not appended after an invalidation that brings the same again', async () => {
    const customer = await known();
    const before = await typesOf(customer);
    await service.http.delete(`/v1/customer-profiles/${customer.customerId}/cache`).expect(204);
    await read(customer);
    expect(await typesOf(customer)).toStrictEqual(before);
  });

  it('is one, however many processes refresh at once', async () => {
    const customer = await known();
    stage.rename(customer, 'Another name', { stripe: linkedAs('cus_1') });
    await pass(FRESH_MS, service, other);
    const headers = { 'cache-control': 'no-cache' };
    await Promise.all([service, other].map((one) => one.http.get(customer.unlinkedPath).set(headers)));
    expect((await typesOf(customer)).filter((type) => type === 'changed')).toHaveLength(1);
  });

  it('reports that a customer is no longer known, and that it is known again', async () => {
    const customer = await known();
    stage.sandbox.faults.set('reseller', GONE);
    await pass(FRESH_MS, service);
    await read(customer);
    await read(customer);
    stage.sandbox.faults.clear();
    stage.rename(customer, 'Back again', { stripe: linkedAs('cus_1') });
    await pass(FRESH_MS, service);
    await read(customer);
    expect(await typesOf(customer)).toStrictEqual(['link_changed', 'added', 'removed', 'added']);
  });

  it('is not appended for a customer that was never known', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('reseller', GONE);
    await read(customer);
    expect(await typesOf(customer)).toStrictEqual([]);
  });

  it('is appended when the link is written before the reseller answers, as it is when that takes its time', async () => {
    const customer = stage.customer();
    const readSlowly = async (): Promise<void> => {
      const asked = customer.requests().length;
      const written = await metric(service, WRITTEN);
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      const answer = Promise.resolve(service.http.get(customer.unlinkedPath).set('cache-control', 'no-cache'));
      await throughWaits(
        service,
        eventually(
          'the link is written',
          async () => (await metric(service, WRITTEN)) > written && customer.requests().length > asked,
        ),
        BATCH_MS,
        (ms) => ms === BATCH_MS,
      );
      stage.sandbox.faults.clear();
      await throughWaits(service, answer, BATCH_MS, (ms) => ms === BATCH_MS);
      await throughWaits(service, settled(service), BATCH_MS, (ms) => ms === BATCH_MS);
    };
    await readSlowly();
    expect(await typesOf(customer)).toStrictEqual(['added']);
    stage.rename(customer, 'Slowly renamed');
    await pass(1000, service);
    await readSlowly();
    expect(await typesOf(customer)).toStrictEqual(['added', 'changed']);
  });

  it('follows from a read of some fields as well', async () => {
    const customer = await known();
    stage.rename(customer, 'Partly read', { stripe: linkedAs('cus_1') });
    await pass(FRESH_MS, service);
    await read(customer, '?fields=name');
    expect((await typesOf(customer)).filter((type) => type === 'changed')).toHaveLength(1);
    await read(customer);
    expect((await typesOf(customer)).filter((type) => type === 'changed')).toHaveLength(1);
  });
});

describe('a change of a link', () => {
  it('is an event of its own, also when it is imported or removed', async () => {
    const customer = stage.customer();
    const [first, second] = [randomUUID(), randomUUID()];
    await put(customer, first);
    await put(customer, first);
    const line = JSON.stringify({ customerId: customer.customerId, billingCustomerId: second });
    await service.http.post('/v1/customer-links/import').set('content-type', 'application/x-ndjson').send(line);
    await service.http.delete(`/v1/customer-links/${customer.customerId}`).expect(204);
    const changes = await told(customer);
    expect(changes.map(({ type, billingCustomerId }) => [type, billingCustomerId])).toStrictEqual([
      ['link_changed', first],
      ['link_changed', second],
      ['link_changed', null],
    ]);
    expect(changes[0]).toMatchObject({ fields: ['billingCustomerId'], sources: ['billing'], etag: null });
  });
});
