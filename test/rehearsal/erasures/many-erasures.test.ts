import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { feedKeys } from '../../../src/customer-changes/feed/change-keys.ts';
import { EndedErasures } from '../../../src/customer-erasures/ended-erasures.ts';
import { MemoryCache } from '../../../src/profile-cache/memory-cache.ts';
import { WideInvalidations } from '../../../src/profile-cache/wide/wide-invalidations.ts';
import { MAX_BILLING_CUSTOMERS_COUNTED } from '../../../src/profile-cache/wide/wide-numbers.ts';
import { RAISE_COUNTER } from '../../../src/profile-cache/wide/wide-scripts.ts';
import { Tombstones } from '../../../src/tombstones/tombstones.ts';
import { ERASURE_VARIABLES, ERASURES, passInSteps, waitMsOf } from '../../customer-erasures/erasing.ts';
import { ORGANISATION } from '../../invalidations/invalidating.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { heldEntries } from '../../support/held-entries.ts';
import { pass, settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';

const KEPT = 100;
const MANY = 400;
const COUNTERS = `customer-invalidations:{${ORGANISATION}}`;
/** What a tombstone with its receipt, and its entry in the list of ends, take in Redis: some 1.4 kB. */
const MAX_BYTES_EACH = 2000;
/** Counters that are not a billing customer's. */
const OTHER_COUNTERS = 100;

let stage: Stage;
let service: Service;
let customersMade = 0;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ ...ERASURE_VARIABLES, CHANGES_KEPT: String(KEPT) });
  // A process remembers so many invalidated and so many changed customers, and no more; both are full.
  const memory = service.app.get(MemoryCache, { strict: false });
  for (let number = 0; number < 10_000; number += 1) {
    const customer = { organisation: ORGANISATION, customerId: `full-${number}` };
    memory.invalidate(customer);
    memory.confirmNext(customer);
  }
  // A process remembers a hash tag of each slot that it has met; these are nearly all.
  const tombstones = service.app.get(Tombstones, { strict: false });
  for (let number = 0; number < 20_000; number += 1)
    tombstones.keyOf({ organisation: ORGANISATION, customerId: `met-${number}` });
});

afterAll(() => stage.close());

const newIds = (count: number): readonly string[] =>
  Array.from({ length: count }, () => `30${String((customersMade += 1)).padStart(11, '0')}`);

async function send(method: string, path: string, body: object): Promise<number> {
  const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(service.url + path, init);
  await answer.arrayBuffer();
  return answer.status;
}

const usedBytes = async (): Promise<number> => Number(/^used_memory:(\d+)/m.exec(await stage.raw.info('memory'))?.[1]);

/** Erases so many customers who have a link. */
async function eraseMany(count: number): Promise<void> {
  const ids = newIds(count);
  for (const customerId of ids)
    expect(await send('PUT', `/v1/customer-links/${customerId}`, { billingCustomerId: randomUUID() })).toBe(201);
  const statuses = Promise.all(ids.map((customerId) => send('POST', ERASURES, { customerId })));
  await service.clock.whenSet((ms) => ms === waitMsOf(), count);
  await passInSteps(waitMsOf(), [service]);
  expect(new Set(await statuses)).toStrictEqual(new Set([200]));
}

it('a process holds nothing of customers that were erased, and Redis one key for each, until its end', async () => {
  await eraseMany(MANY);
  const [held, keys, bytes] = [heldEntries(service), await stage.raw.dbsize(), await usedBytes()];
  await eraseMany(MANY);
  // One entry for each of them would be more.
  expect(heldEntries(service) - held).toBeLessThan(MANY / 2);
  expect((await stage.raw.dbsize()) - keys).toBe(MANY);
  expect(((await usedBytes()) - bytes) / MANY).toBeLessThan(MAX_BYTES_EACH);
  expect(await stage.raw.zcard('customer-erasures:ends')).toBe(2 * MANY);
  const [, events, customers, revisions, , erasures] = feedKeys(ORGANISATION);
  const sizes = [stage.raw.zcard(events), stage.raw.zcard(customers), stage.raw.hlen(revisions), stage.raw.zcount(erasures, '-inf', '(inf')]; // prettier-ignore
  for (const size of await Promise.all(sizes)) expect(size).toBeLessThanOrEqual(KEPT);

  for (const tombstone of await stage.raw.zrange('customer-erasures:ends', '0', '-1')) {
    await stage.raw.hset(tombstone, 'until', 1);
    await stage.raw.zadd('customer-erasures:ends', 1, tombstone);
  }
  await service.app.get(EndedErasures, { strict: false }).sweep();
  expect(await stage.raw.keys('customer-erasures:*')).toStrictEqual(['customer-erasures:processes']);
}, 180_000);

it('a process and Redis hold so many counters of billing customers, and no more', async () => {
  const raise = async (count: number): Promise<void> => {
    const pipeline = stage.raw.pipeline();
    for (let number = 0; number < count; number += 1)
      pipeline.eval(RAISE_COUNTER, 1, COUNTERS, `billing ${randomUUID()} refetch`, service.clock.now(), 0, MAX_BILLING_CUSTOMERS_COUNTED, 'unheard', ''); // prettier-ignore
    await pipeline.exec();
    // It looks again.
    await pass(1000, service);
    await settled(service);
  };
  await raise(MAX_BILLING_CUSTOMERS_COUNTED + 1000);
  const held = heldEntries(service);
  await raise(3000);
  expect(heldEntries(service) - held).toBeLessThan(1500);
  expect(service.app.get(WideInvalidations, { strict: false }).of(ORGANISATION).entries.length).toBeLessThanOrEqual(
    MAX_BILLING_CUSTOMERS_COUNTED + OTHER_COUNTERS,
  );
  expect(await stage.raw.zcard(COUNTERS)).toBeLessThanOrEqual(MAX_BILLING_CUSTOMERS_COUNTED + OTHER_COUNTERS);
});

it('a process holds nothing of customers that were invalidated, and Redis one key for each that expires', async () => {
  const invalidateMany = async (): Promise<readonly string[]> => {
    const customerIds = newIds(1000);
    expect(await send('POST', '/v1/invalidations', { customerIds })).toBe(202);
    await settled(service);
    return customerIds;
  };
  await invalidateMany();
  const [held, keys] = [heldEntries(service), await stage.raw.dbsize()];
  await invalidateMany();
  expect(heldEntries(service) - held).toBeLessThan(500);
  expect((await stage.raw.dbsize()) - keys).toBe(1000);
  const names = await stage.raw.keys('customer-profiles:*{*:30*');
  const expiries = await Promise.all(names.map((name) => stage.raw.pttl(name)));
  expect(Math.min(...expiries)).toBeGreaterThan(0);
});
