import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MemoryCache } from '../../src/profile-cache/memory-cache.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt } from '../support/service.ts';
import { openStage, type Stage } from './stage.ts';

const REMEMBERED = 10_000;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

it('a read is cached although others are invalidated meanwhile, more than the process remembers', async () => {
  const [service, other] = await stage.pair();
  const memory = service.app.get(MemoryCache, { strict: false });
  const organisation = organisationAt(stage.sandbox.url).id;
  let invalidated = 0;
  const invalidate = (count: number): void => {
    for (let number = 0; number < count; number += 1)
      memory.invalidate({ organisation, customerId: `imported-${(invalidated += 1)}` });
  };
  invalidate(REMEMBERED);
  const customer = stage.customer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const read = service.http.get(customer.path).then(({ status }) => status);
  await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
  invalidate(REMEMBERED / 2);
  stage.sandbox.faults.clear();
  expect(await read).toBe(200);
  await settled(service);
  const detailAt = async ({ http }: typeof service): Promise<string | undefined> =>
    (await http.get(customer.path).expect(200)).headers['cache-status'];
  expect(await detailAt(service)).toMatch(/detail=local$/);
  expect(await detailAt(other)).toMatch(/detail=redis$/);
});
