import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../support/service.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from './stage.ts';
import { settled } from '../support/passing-time.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
});

afterAll(() => stage.close());

/** A customer that is cached, with the value under its key. */
async function cached(reference: string): Promise<{ customer: StagedCustomer; key: string; value: Buffer }> {
  const customer = stage.customer({ stripe: linkedAs(reference) });
  await service.http.get(customer.path).expect(200);
  await settled(service);
  const key = await stage.keyOf(customer);
  const value = await stage.raw.hgetBuffer(key, customer.billingCustomerId);
  return { customer, key, value: Buffer.from(value ?? '') };
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

/** The checksum is made right again: so it is for the content alone to be refused. */
const resealed =
  (spoil: (content: string) => string): Spoil =>
  (value) => {
    const content = Buffer.from(spoil(value.subarray(4).toString()));
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(content));
    return Buffer.concat([sum, content]);
  };

/** Members of the first line changed. */
const changedHead = (members: (head: { key: object }) => object): Spoil =>
  resealed((content) => {
    const lineEnd = content.indexOf('\n');
    const head = JSON.parse(content.slice(0, lineEnd)) as { key: object };
    return JSON.stringify({ ...head, ...members(head) }) + content.slice(lineEnd);
  });

/** Other parts, without a ready answer beside them. */
const changedParts = (change: (parts: Record<string, object>) => unknown): Spoil =>
  resealed((content) => {
    const lineEnd = content.indexOf('\n');
    const head = JSON.parse(content.slice(0, lineEnd)) as { bodyBytes: number };
    const parts = Buffer.from(content.slice(lineEnd + 1))
      .subarray(head.bodyBytes)
      .toString();
    const changed = change(JSON.parse(parts) as Record<string, object>);
    const text = typeof changed === 'string' ? changed : JSON.stringify(changed);
    return `${JSON.stringify({ ...head, answer: null, bodyBytes: 0 })}\n${text}`;
  });

const changedPart = (source: string, members: object): Spoil =>
  changedParts((parts) => ({ ...parts, [source]: { ...parts[source], ...members } }));

describe('a cached value that cannot be trusted is counted, a miss, and replaced:', () => {
  it.each<[string, Spoil]>([
    ['nothing', () => ''],
    ['one byte', () => 'x'],
    ['the checksum alone', (value) => value.subarray(0, 4)],
    ['random bytes', (value) => randomBytes(value.length)],
    ['the first half of itself', (value) => value.subarray(0, value.length >> 1)],
    ['itself without its last byte', (value) => value.subarray(0, -1)],
    ['itself and one byte more', (value) => Buffer.concat([value, Buffer.from('}')])],
    ['a flipped bit in the checksum', flipped(0)],
    ['a flipped bit in the first line', flipped(20)],
    ['a flipped bit in the body', (value, other) => flipped(value.indexOf('\n', 4) + 40)(value, other)],
    ['a flipped bit in the parts', flipped(-40)],
    ['a flipped last bit', flipped(-1)],
    ['the JSON of an older shape', () => JSON.stringify({ customerId: '1005110002', parts: {}, record: null })],
    ['null', () => 'null'],
    ['another customer’s value', (_, other) => other],
    ['a first line that is not JSON', resealed((content) => `x${content}`)],
    ['a first line that is null', resealed((content) => `null${content.slice(content.indexOf('\n'))}`)],
    ['a first line without a key', changedHead(() => ({ key: undefined }))],
    ['a value for another billing customer', changedHead(({ key }) => ({ key: { ...key, variant: 'stored-link' } }))],
    ['a value of another organisation', changedHead(({ key }) => ({ key: { ...key, organisation: 'another' } }))],
    ['a value for another customer', changedHead(({ key }) => ({ key: { ...key, customerId: '1005110002' } }))],
  ])('%s', async (_title, spoil) => {
    const { customer, key, value } = await cached('cus_own');
    const other = await cached('cus_other');
    await stage.raw.hset(key, customer.billingCustomerId, spoil(value, other.value));
    const before = await unreadable();
    await expectRefetchAndReplacement({ customer, reference: 'cus_own' });
    expect(await unreadable()).toBeGreaterThan(before);
  });

  it.each<[string, Spoil]>([
    ['that are not JSON', changedParts(() => '{"reseller":')],
    ['that are a list', changedParts(() => [])],
    ['of which one is a text', changedParts((parts) => ({ ...parts, stripe: 'linked' }))],
    ['of which one is without times', changedPart('stripe', { freshUntil: undefined })],
    ['of which one has a time that is a text', changedPart('stripe', { freshUntil: '9999999999999' })],
    ['of which one has a value that is a text', changedPart('reseller', { value: 'Fairmont' })],
    ['of which one has half a failure', changedPart('stripe', { failure: { state: 'timeout' } })],
  ])('parts %s', async (_title, spoil) => {
    const { customer, key, value } = await cached('cus_own');
    await stage.raw.hset(key, customer.billingCustomerId, spoil(value, value));
    await expectRefetchAndReplacement({ customer, reference: 'cus_own' });
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['a list', (key) => stage.raw.rpush(key, 'x')],
    ['a string', (key) => stage.raw.set(key, '{}')],
    ['a stream', (key) => stage.raw.xadd(key, '*', 'x', 'y')],
  ])('%s where the entry should be', async (_title, make) => {
    const { customer, key } = await cached('cus_own');
    await stage.raw.del(key);
    await make(key);
    await expectRefetchAndReplacement({ customer, reference: 'cus_own' });
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
