import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { feedKeys } from '../../src/customer-changes/feed/change-keys.ts';
import { UnwrittenCustomers } from '../../src/profile-cache/unwritten-customers.ts';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { metric, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled, throughWaits } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';

const WRITTEN = 'profile_cache_writes_total{outcome="written"}';
const FORCED = { 'cache-control': 'no-cache' };
const GONE = { kind: 'body', status: 404, body: JSON.stringify({ code: '1116', message: 'Not found' }) } as const;

let stage: Stage;
let service: Service;
let withoutCopies: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, withoutCopies] = await stage.pair({}, { CACHE_LOCAL_SECONDS: '0' });
});

beforeEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const nameIn = (body: unknown): unknown => (body as { readonly name?: unknown }).name;

/** What the feed says of the customer from now on. */
async function follow({ customerId }: StagedCustomer): Promise<() => Promise<readonly string[]>> {
  const { body } = await service.http.get('/v1/customer-profile-changes?from=newest').expect(200);
  const { cursor } = body as { readonly cursor: string };
  return async () => {
    const path = `/v1/customer-profile-changes?cursor=${cursor}&customerId=${customerId}`;
    const answer = await service.http.get(path).expect(200);
    return (answer.body as { readonly changes: readonly { readonly type: string }[] }).changes.map(({ type }) => type);
  };
}

/** Redis refuses everything about customers while this is done. */
async function withoutRedis(work: () => Promise<unknown>): Promise<void> {
  await stage.raw.acl('SETUSER', 'default', 'resetkeys', '~customer-profiles:time');
  await work();
  await Promise.all([service, withoutCopies].map(settled));
  await stage.raw.acl('SETUSER', 'default', 'allkeys');
}

async function known(by = service): Promise<StagedCustomer> {
  const customer = stage.customer();
  await by.http.get(customer.unlinkedPath).expect(200);
  await settled(by);
  // What is fetched next is later.
  await pass(100, service, withoutCopies);
  return customer;
}

it('content that a reader got while Redis did not answer is written, with one event, although nobody reads it again', async () => {
  const customer = await known();
  const told = await follow(customer);
  stage.rename(customer, 'Written late');
  await withoutRedis(async () => {
    const { body } = await service.http.get(customer.unlinkedPath).set(FORCED).expect(200);
    expect(nameIn(body)).toBe('Written late');
  });
  expect(await told()).toStrictEqual([]);
  const calls = customer.calls();
  await pass(3000, service);
  await settled(service);
  expect(await told()).toStrictEqual(['changed']);
  expect(nameIn((await withoutCopies.http.get(customer.unlinkedPath).expect(200)).body)).toBe('Written late');
  await pass(10_000, service, withoutCopies);
  await Promise.all([service, withoutCopies].map(settled));
  expect(await told()).toStrictEqual(['changed']);
  expect(customer.calls()).toStrictEqual(calls);
});

it('a customer that the reseller no longer knows has an event, too', async () => {
  const customer = await known();
  const told = await follow(customer);
  stage.sandbox.faults.set('reseller', GONE);
  await withoutRedis(() => service.http.get(customer.unlinkedPath).set(FORCED).expect(404));
  await pass(3000, service);
  await settled(service);
  expect(await told()).toStrictEqual(['removed']);
});

it('is written when Redis answers again, however long that takes', async () => {
  const customer = await known();
  const told = await follow(customer);
  stage.rename(customer, 'Written much later');
  await withoutRedis(async () => {
    await service.http.get(customer.unlinkedPath).set(FORCED).expect(200);
    for (let times = 0; times < 3; times += 1) {
      await pass(3000, service);
      await settled(service);
    }
  });
  await pass(3000, service);
  await settled(service);
  expect(await told()).toStrictEqual(['changed']);
});

it('is written when Redis could be read, and not written', async () => {
  const customer = stage.customer();
  const told = await follow(customer);
  await stage.raw.acl('SETUSER', 'default', '-eval');
  await service.http.get(customer.unlinkedPath).expect(200);
  await settled(service);
  await stage.raw.acl('SETUSER', 'default', '+@all');
  expect(await told()).toStrictEqual([]);
  await pass(3000, service);
  await settled(service);
  expect(await told()).toStrictEqual(['added']);
});

it('is appended by another process if this one dies after the next refresh has written the same', async () => {
  const customer = stage.customer();
  const told = await follow(customer);
  await stage.raw.acl('SETUSER', 'default', '-eval');
  await service.http.get(customer.unlinkedPath).expect(200);
  await pass(100, service);
  // What appends needs this command, and what notes does not.
  await stage.raw.acl('SETUSER', 'default', '+eval', '-zscore');
  await service.http.get(customer.unlinkedPath).set(FORCED).expect(200);
  await settled(service);
  await stage.raw.acl('SETUSER', 'default', '+@all');
  const [, , , , pending] = feedKeys(organisationAt(stage.sandbox.url).id);
  expect(await stage.raw.zscore(pending, customer.customerId)).not.toBeNull();
  for (let times = 0; times < 3; times += 1) {
    await pass(3000, withoutCopies);
    await settled(withoutCopies);
  }
  expect(await told()).toStrictEqual(['added']);
});

it('a process that has it no more fetches it again, and not when another one has done so since', async () => {
  for (const isFetched of [false, true]) {
    const customer = await known(withoutCopies);
    const told = await follow(customer);
    stage.rename(customer, 'Fetched again');
    await withoutRedis(() => withoutCopies.http.get(customer.unlinkedPath).set(FORCED).expect(200));
    await pass(500, service, withoutCopies);
    if (isFetched) await service.http.get(customer.unlinkedPath).set(FORCED).expect(200);
    const { reseller = 0 } = customer.calls();
    await pass(3000, service, withoutCopies);
    await settled(withoutCopies);
    expect(await told()).toStrictEqual(['changed']);
    expect(customer.calls().reseller).toBe(isFetched ? reseller : reseller + 1);
  }
});

it('nor does it fetch a customer that was forgotten since', async () => {
  const customer = await known(withoutCopies);
  await withoutRedis(() => withoutCopies.http.get(customer.unlinkedPath).set(FORCED).expect(200));
  await service.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
  const calls = customer.calls();
  await pass(3000, withoutCopies);
  await settled(withoutCopies);
  expect(customer.calls()).toStrictEqual(calls);
});

it('content that several processes wrote in parts has an event, although none of them had all of it', async () => {
  const customer = await known();
  const told = await follow(customer);
  stage.rename(customer, 'In parts');
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const written = await metric(service, WRITTEN);
  const isBatch = (ms: number): boolean => ms === BATCH_MS;
  const answer = Promise.resolve(service.http.get(customer.unlinkedPath).set(FORCED).expect(200));
  const linkIsWritten = eventually('the link is written', async () => (await metric(service, WRITTEN)) > written);
  await throughWaits(service, linkIsWritten, BATCH_MS, isBatch);
  service.clock.advance(100);
  await withoutCopies.http.get(`${customer.unlinkedPath}?fields=connectors.stripe`).set(FORCED).expect(200);
  await settled(withoutCopies);
  stage.sandbox.faults.clear();
  expect(nameIn((await throughWaits(service, answer, BATCH_MS, isBatch)).body)).toBe('In parts');
  await throughWaits(service, settled(service), BATCH_MS, isBatch);
  expect(await told()).toStrictEqual([]);
  await pass(3000, service);
  await settled(service);
  expect(await told()).toStrictEqual(['changed']);
});

it('nothing is written of a customer that was forgotten since', async () => {
  const customer = await known();
  stage.rename(customer, 'Forgotten');
  await withoutRedis(() => service.http.get(customer.unlinkedPath).set(FORCED).expect(200));
  await withoutCopies.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
  await pass(3000, service);
  await settled(service);
  const hash = await stage.raw.hkeys(await stage.keyOf(customer));
  expect(hash.filter((field) => field.includes('/'))).toStrictEqual([]);
});

it('those that are too many to be kept in mind are counted', async () => {
  const unwritten = service.app.get(UnwrittenCustomers, { strict: false });
  const before = await metric(service, 'customer_changes_deferred_total');
  const { id: organisation } = organisationAt(stage.sandbox.url);
  for (let at = 0; at < 10_002; at += 1)
    unwritten.noteMissing('parts', { organisation, customerId: `unwritten-${at}` });
  unwritten.noteMissing('parts', { organisation, customerId: 'unwritten-0' });
  expect(unwritten.take(20_000)).toHaveLength(10_000);
  expect(await metric(service, 'customer_changes_deferred_total')).toBe(before + 2);
});
