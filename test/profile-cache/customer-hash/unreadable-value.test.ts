import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EXPIRY_MARGIN_MS } from '../../../src/config/clock.ts';
import type { Part } from '../../../src/profile-cache/part.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';
import { codec, fieldsOf, keyOf } from '../kept-customer.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
});

afterAll(() => stage.close());

/** A customer that is cached, with the fields of its hash that hold parts and responses. */
async function cached(reference: string): Promise<CachedHash> {
  const customer = stage.customer({ stripe: linkedAs(reference) });
  await service.http.get(customer.path).expect(200);
  await settled(service);
  const fields = await fieldsOf(stage.raw, keyOf(customer));
  return { customer, key: await stage.keyOf(customer), fields };
}

interface CachedHash {
  readonly customer: StagedCustomer;
  readonly key: string;
  readonly fields: Readonly<Record<string, Buffer>>;
}

const unreadable = (): Promise<number> => metric(service, 'profile_cache_unreadable_values_total');

/** The first read fetches and answers rightly, the one after it is a hit. */
async function expectRefetchAndReplacement({ customer, reference }: { customer: StagedCustomer; reference: string }) {
  const { body, headers } = await service.http.get(customer.path).expect(200);
  expect(headers['cache-status']).toMatch(/; fwd=(miss|partial);/);
  expect(body).toMatchObject({ customerId: customer.customerId, complete: true });
  expect(body.connectors[0]).toMatchObject({ name: 'stripe', referenceId: reference });
  await settled(service);
  const again = await service.http.get(customer.path).expect(200);
  expect(again.body).toEqual(body);
  expect(again.headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2 });
}

type Spoil = (value: Buffer, other: Buffer) => Buffer | string;

/** One bit of a copy turned over; a negative position counts from the end. */
const flipped =
  (position: number): Spoil =>
  (value) => {
    const copy = Buffer.from(value);
    const at = position < 0 ? copy.length + position : position;
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

const SPOILT: readonly (readonly [what: string, Spoil])[] = [
  ['nothing', () => ''],
  ['one byte', () => 'x'],
  ['its first line alone', (value) => value.subarray(0, value.indexOf('\n'))],
  ['its first line and the checksum', (value) => value.subarray(0, value.indexOf('\n') + 5)],
  ['random bytes', (value) => randomBytes(value.length)],
  ['the first half of itself', (value) => value.subarray(0, value.length >> 1)],
  ['itself without its last byte', (value) => value.subarray(0, -1)],
  ['itself and one byte more', (value) => Buffer.concat([value, Buffer.from('}')])],
  ['a flipped bit in the first line', flipped(3)],
  ['a flipped bit in the checksum', (value, other) => flipped(value.indexOf('\n') + 1)(value, other)],
  ['a flipped bit in the content', (value, other) => flipped(value.indexOf('\n') + 40)(value, other)],
  ['a flipped last bit', flipped(-1)],
  ['the JSON of an older format', () => JSON.stringify({ customerId: '1005110002', parts: {}, record: null })],
  ['null', () => 'null'],
  ['another customer’s value', (_, other) => other],
];

describe('cached fields that cannot be trusted are counted, a miss, and replaced (F27):', () => {
  it.each(SPOILT)('%s', async (_title, spoil) => {
    const { customer, key, fields } = await cached('cus_own');
    const other = await cached('cus_other');
    const others = Object.values(other.fields);
    for (const [index, [field, value]] of Object.entries(fields).entries())
      await stage.raw.hset(key, field, spoil(value, others[index] ?? value));
    const before = await unreadable();
    await expectRefetchAndReplacement({ customer, reference: 'cus_own' });
    expect(await unreadable()).toBeGreaterThan(before);
  });

  it('a value under the name of another field', async () => {
    const { customer, key, fields } = await cached('cus_own');
    const { billingCustomerId } = customer;
    const [stripe, xero] = ['stripe', 'xero'].map((name) => `${stage.scope}${name}@${billingCustomerId}`);
    await stage.raw.hset(key, stripe ?? '', fields[xero ?? ''] ?? '');
    await stage.raw.hdel(key, `${stage.scope}response@${billingCustomerId}`);
    const { body, headers } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=partial;/);
    expect(body.connectors[0]).toMatchObject({ name: 'stripe', referenceId: 'cus_own' });
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 2, xero: 1 });
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['a list', (key) => stage.raw.rpush(key, 'x')],
    ['a string', (key) => stage.raw.set(key, '{}')],
    ['a stream', (key) => stage.raw.xadd(key, '*', 'x', 'y')],
  ])('%s where the hash should be', async (_title, make) => {
    const { customer, key } = await cached('cus_own');
    await stage.raw.del(key);
    await make(key);
    await expectRefetchAndReplacement({ customer, reference: 'cus_own' });
    expect(await stage.raw.type(key)).toBe('hash');
    expect(await stage.raw.pttl(key)).toBeGreaterThan(0);
  });
});

describe('one cached part that cannot be trusted', () => {
  it.each(SPOILT)('costs a fetch of its source alone: %s', async (_title, spoil) => {
    const { customer, key, fields } = await cached('cus_own');
    const other = await cached('cus_other');
    const [field, foreign] = [customer, other.customer].map(
      ({ billingCustomerId }) => `${stage.scope}stripe@${billingCustomerId}`,
    );
    await stage.raw.hset(key, field ?? '', spoil(fields[field ?? ''] ?? Buffer.alloc(0), other.fields[foreign ?? ''] ?? Buffer.alloc(0))); // prettier-ignore
    await stage.raw.hdel(key, `${stage.scope}response@${customer.billingCustomerId}`);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body.connectors[0]).toMatchObject({ name: 'stripe', referenceId: 'cus_own' });
    await settled(service);
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 2, xero: 1 });
    const again = await service.http.get(customer.path).expect(200);
    expect(again.headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
  });

  it.each<[string, object]>([
    ['without times', { freshUntil: undefined }],
    ['with a time that is a text', { freshUntil: '9999999999999' }],
    ['with a value that is a text', { value: 'Fairmont' }],
    ['with half a failure', { failure: { state: 'timeout' } }],
  ])('costs that also when it is rightly encoded: %s', async (_title, members) => {
    const { customer, key, fields } = await cached('cus_own');
    const field = `${stage.scope}stripe@${customer.billingCustomerId}`;
    const part = codec.decodePart(keyOf(customer), field, fields[field] ?? Buffer.alloc(0));
    const spoilt = { ...part, ...members } as unknown as Part;
    await stage.raw.hset(key, field, codec.encodePart(keyOf(customer), field, spoilt));
    await stage.raw.hdel(key, `${stage.scope}response@${customer.billingCustomerId}`);
    await service.http.get(customer.path).expect(200);
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 2, xero: 1 });
  });
});

describe('a cached response that cannot be trusted', () => {
  it.each(SPOILT)('is rebuilt from the parts, without a call: %s', async (_title, spoil) => {
    const { customer, key, fields } = await cached('cus_own');
    const { body: before } = await service.http.get(customer.path).expect(200);
    const other = await cached('cus_other');
    const [field, foreign] = [customer, other.customer].map(
      ({ billingCustomerId }) => `${stage.scope}response@${billingCustomerId}`,
    );
    const spoilt = spoil(fields[field ?? ''] ?? Buffer.alloc(0), other.fields[foreign ?? ''] ?? Buffer.alloc(0));
    await stage.raw.hset(key, field ?? '', spoilt);
    const { body, headers } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; .*detail=redis$/);
    expect(body).toEqual(before);
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
    await eventually('it is stored again', async () => !(await stage.raw.hgetBuffer(key, field ?? ''))?.equals(Buffer.from(spoilt))); // prettier-ignore
  });
});

describe('an entry in Redis', () => {
  it('expires by itself when its last part is no longer usable', async () => {
    const { key } = await cached('cus_own');
    const lifetimeMs = await stage.raw.pttl(key);
    expect(lifetimeMs).toBeGreaterThan(86_400_000 + EXPIRY_MARGIN_MS - 60_000);
    expect(lifetimeMs).toBeLessThanOrEqual(86_400_000 + EXPIRY_MARGIN_MS);
  });
});
