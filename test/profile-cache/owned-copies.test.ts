import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryCache } from '../../src/profile-cache/memory-cache.ts';
import { isOwned } from '../../src/profile-cache/owned-memory.ts';
import { countOf } from '../support/exposition.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { keyOf } from './kept-customer.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

function bodyOf(service: Service, customer: StagedCustomer): Buffer | string {
  const key = { ...keyOf(customer), scope: organisationAt(stage.sandbox.url).cacheScope };
  const body = service.app.get(MemoryCache).peekExpired(key)?.customer.response(key.variant)?.body;
  if (!body) throw new Error('there is no copy');
  return body;
}

describe('the copy of a customer shares memory with nothing (E2):', () => {
  it.each([
    ['in the clear', {}],
    ['sealed', { CACHE_ENCRYPTION_KEYS: `one:${Buffer.alloc(32, 7).toString('base64')}` }],
  ])('made here, and read from Redis, where it is %s', async (_title, variables) => {
    const [service, other] = await stage.pair(variables);
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const { text } = await service.http.get(customer.path).expect(200);
    await settled(service);
    const { headers } = await other.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/detail=redis$/);
    for (const body of [bodyOf(service, customer), bodyOf(other, customer)]) {
      expect(body.toString()).toBe(text);
      expect(typeof body === 'string' || isOwned(body)).toBe(true);
    }
  });
});

const LIMIT_BYTES = 64 * 2 ** 20;

it('a copy that is in use outlives any number of copies that are used once, and the metrics say how full the copies are', async () => {
  const service = await stage.service();
  const customer = stage.customer();
  await service.http.get(customer.path).expect(200);
  await settled(service);
  const hit = async (): Promise<string | undefined> =>
    (await service.http.get(customer.path).expect(200)).headers['cache-status'];
  expect(await hit()).toMatch(/detail=local$/);
  const bytes = async (): Promise<number> =>
    countOf((await service.http.get('/metrics').expect(200)).text, 'profile_cache_local_bytes');
  const bytesOfOne = await bytes();
  expect(bytesOfOne).toBeGreaterThan(1000);
  const memory = service.app.get(MemoryCache);
  const key = { ...keyOf(customer), scope: organisationAt(stage.sandbox.url).cacheScope };
  const copy = memory.peekExpired(key);
  if (!copy) throw new Error('there is no copy');
  for (let one = 0; one < 30_000; one += 1) {
    const other = { ...key, customerId: `U${one}` };
    memory.put(other, copy, memory.heard());
  }
  expect(memory.peekExpired({ ...key, customerId: 'U0' })).toBeNull();
  expect(await bytes()).toBeLessThanOrEqual(LIMIT_BYTES);
  expect(await bytes()).toBeGreaterThan(LIMIT_BYTES - bytesOfOne);
  expect(await hit()).toMatch(/detail=local$/);
});
