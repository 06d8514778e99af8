import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { linkedAs, openStage, type Stage } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { erase, ERASURE_VARIABLES, keysThatName } from './erasing.ts';

/** How much more Redis may take than it has when it begins to be full. */
const ROOM_BYTES = 500_000;
const BATCH = 500;
const MAX_BATCHES = 200;
const TEN_DAYS_MS = 864_000_000;

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service(ERASURE_VARIABLES);
});

afterEach(async () => {
  await stage.raw.config('SET', 'maxmemory', '0');
  await stage.raw.config('SET', 'maxmemory-policy', 'noeviction');
});

afterAll(() => stage.close());

const namesWithExpiry = async (): Promise<readonly string[]> => {
  const names = await stage.raw.keys('customer-*');
  const times = await Promise.all(names.map((name) => stage.raw.pttl(name)));
  return names.filter((_name, at) => Number(times[at]) >= 0);
};

/** Writes other keys until Redis has evicted every evictable key of the service. */
async function press(policy: string): Promise<void> {
  const used = Number(/used_memory:(\d+)/.exec(await stage.raw.info('memory'))?.[1]);
  await stage.raw.config('SET', 'maxmemory', String(used + ROOM_BYTES));
  await stage.raw.config('SET', 'maxmemory-policy', policy);
  for (let batch = 0; batch < MAX_BATCHES && (await namesWithExpiry()).length > 0; batch += 1) {
    const pipeline = stage.raw.pipeline();
    for (let at = 0; at < BATCH; at += 1)
      pipeline.set(`other:${randomUUID()}`, 'x'.repeat(1000), 'PX', String(TEN_DAYS_MS));
    await pipeline.exec();
  }
  expect(await namesWithExpiry()).toStrictEqual([]);
}

it.each(['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'])(
  'in a Redis that evicts by %s an erased customer stays erased, and one of whom much was evicted leaves nothing',
  async (policy) => {
    const [erased, evicted] = [stage.customer(), stage.customer({ stripe: linkedAs(`cus_${randomUUID()}`) })];
    await erase([service], erased);
    const { customerId, billingCustomerId } = evicted;
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
    await service.http.get(evicted.unlinkedPath).expect(200);
    await settled(service);
    // Entries of look-ups that Redis happens to keep: which they are depends on chance.
    const indexes = (await keysThatName(stage.raw, customerId)).filter((name) => name.startsWith('customer-index:'));
    await Promise.all(indexes.filter((name) => !name.includes(':notes:')).map((name) => stage.raw.persist(name)));
    await press(policy);

    await service.http.get(erased.path).expect(410);
    await service.http.get(`/v1/customer-links/${customerId}`).expect(200);
    expect((await erase([service], evicted)).status).toBe(200);
    expect(await keysThatName(stage.raw, customerId, billingCustomerId)).toStrictEqual([
      expect.stringMatching(/^customer-changes:.*:events$/),
    ]);
  },
  60_000,
);
