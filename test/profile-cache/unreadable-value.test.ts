import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
});

afterAll(() => stage.close());

/** A customer that is cached, with the value under its key. */
async function cached(reference: string): Promise<{ customer: StagedCustomer; key: string; value: string }> {
  const customer = stage.customer({ stripe: linkedAs(reference) });
  await service.http.get(customer.path).expect(200);
  await stage.kept(customer);
  const key = await stage.keyOf(customer);
  return { customer, key, value: (await stage.raw.hget(key, customer.billingCustomerId)) ?? '' };
}

/** The first read fetches and answers rightly, the one after it is a hit. */
async function expectMissAndReplacement({ customer, reference }: { customer: StagedCustomer; reference: string }) {
  const { body, headers } = await service.http.get(customer.path).expect(200);
  expect(headers['cache-status']).toBe('customer-profiles; fwd=miss');
  expect(body).toMatchObject({ customerId: customer.customerId, complete: true });
  expect(body.connectors[0]).toMatchObject({ name: 'stripe', referenceId: reference });
  const again = await service.http.get(customer.path).expect(200);
  expect(again.headers['cache-status']).toMatch(/; hit; /);
  expect(again.body).toEqual(body);
}

type Spoil = (value: string, other: string) => string;
interface Entry {
  readonly parts: Record<string, unknown>;
  readonly record: object;
}
/** Replaces top-level members of a value. */
const changed =
  (change: (entry: Entry) => object): Spoil =>
  (value) => {
    const entry = JSON.parse(value) as Entry;
    return JSON.stringify({ ...entry, ...change(entry) });
  };
/** Replaces members of one part of a value. */
const changedPart = (source: string, members: object): Spoil =>
  changed(({ parts }) => ({ parts: { ...parts, [source]: { ...(parts[source] as object), ...members } } }));

describe('a cached value that cannot be trusted is a miss, and replaced:', () => {
  it.each<[string, Spoil]>([
    ['bytes that are not JSON', () => '\u0000\u00ff{'],
    ['nothing', () => ''],
    ['the first half of itself', (value) => value.slice(0, value.length >> 1)],
    ['null', () => 'null'],
    ['an empty list', () => '[]'],
    ['a text', () => '"profile"'],
    ['another JSON object', () => '{"name":"Ravensworth Tools"}'],
    ['another customer’s value', (_, other) => other],
    ['another customer’s parts', changed(() => ({ customerId: '1005110002', record: null }))],
    ['a value for another billing customer', changed(() => ({ variant: 'stored-link' }))],
    ['a value of another organisation', changed(() => ({ organisation: 'another' }))],
    ['a record of another customer', changed(({ record }) => ({ record: { ...record, customerId: '1005110002' } }))],
    ['a record that is a text', changed(() => ({ record: 'profile' }))],
    ['parts that are a list', changed(() => ({ parts: [] }))],
    ['a part that is a text', changed(({ parts }) => ({ parts: { ...parts, stripe: 'linked' } }))],
    ['a part without times', changedPart('stripe', { freshUntil: undefined })],
    ['a part with a time that is a text', changedPart('stripe', { freshUntil: '9999999999999' })],
    ['a part with a value that is a text', changedPart('reseller', { value: 'Fairmont' })],
    ['a part with half a failure', changedPart('stripe', { failure: { state: 'timeout' } })],
  ])('%s', async (_title, spoil) => {
    const { customer, key, value } = await cached('cus_own');
    const other = await cached('cus_other');
    await stage.raw.hset(key, customer.billingCustomerId, spoil(value, other.value));
    await expectMissAndReplacement({ customer, reference: 'cus_own' });
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['a list', (key) => stage.raw.rpush(key, 'x')],
    ['a string', (key) => stage.raw.set(key, '{}')],
    ['a stream', (key) => stage.raw.xadd(key, '*', 'x', 'y')],
  ])('%s where the entry should be', async (_title, make) => {
    const { customer, key } = await cached('cus_own');
    await stage.raw.del(key);
    await make(key);
    await expectMissAndReplacement({ customer, reference: 'cus_own' });
    expect(await stage.raw.type(key)).toBe('hash');
    expect(await stage.raw.pttl(key)).toBeGreaterThan(0);
  });
});

describe('an entry in Redis', () => {
  it('expires by itself when its last part is of no use any more', async () => {
    const { key } = await cached('cus_own');
    const lifetimeMs = await stage.raw.pttl(key);
    expect(lifetimeMs).toBeGreaterThan(86_400_000 - 60_000);
    expect(lifetimeMs).toBeLessThanOrEqual(86_400_000);
  });
});
