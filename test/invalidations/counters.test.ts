import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { customerHash } from '../../src/profile-cache/cache-keys.ts';
import { MAX_BILLING_CUSTOMERS_COUNTED } from '../../src/profile-cache/wide/wide-numbers.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { keyOf } from '../profile-cache/kept-customer.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { type Relay, startRelay } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { ORGANISATION, setVersion, versionsOf, wideOf } from './invalidating.ts';

const KEY = `customer-invalidations:{${ORGANISATION}}`;
const LOOK_INTERVAL_MS = 1000;

let stage: Stage;
let relay: Relay;
/** Its Redis commands are counted. */
let counted: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  relay = await startRelay(stage.redis.port);
  [counted, other] = await stage.pair({
    REDIS_URL: `redis://127.0.0.1:${relay.port}`,
    CACHE_LOCAL_SECONDS: '0',
  }, { CACHE_LOCAL_SECONDS: '60' }); // prettier-ignore
});

beforeEach(() => pass(6000, counted, other));

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(async () => {
  await stage.close();
  await relay.close();
});

async function readBy(reader: Service, { path }: StagedCustomer): Promise<{ body: unknown; cacheStatus: string }> {
  const { body, headers } = await reader.http.get(path).expect(200);
  await settled(reader);
  return { body, cacheStatus: headers['cache-status'] ?? '' };
}

const invalidateAll = (mode: string): Promise<unknown> =>
  counted.http
    .post('/v1/invalidations')
    .send({ organisation: true, mode })
    .expect(202)
    .then(() => undefined);

/** A customer at version 1 in the cache, and at version 2 at the upstreams. */
async function changedCustomer(...readers: readonly Service[]): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  setVersion(stage, customer, 1);
  for (const reader of readers) await readBy(reader, customer);
  setVersion(stage, customer, 2);
  return customer;
}

describe('a wide invalidation', () => {
  it('costs one command, and a warm hit of it one command again', async () => {
    const customer = await changedCustomer(counted);
    const commandsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = relay.roundTrips();
      await work();
      return relay.roundTrips() - before;
    };
    // The fewest of some attempts: others of this process may ask Redis meanwhile, and a busy machine splits what is sent together.
    const fewest = async (enough: number, work: () => Promise<unknown>): Promise<number> => {
      let made = Infinity;
      for (let attempts = 0; attempts < 20 && made > enough; attempts += 1)
        made = Math.min(made, await commandsOf(work));
      return made;
    };
    const read = (): Promise<unknown> => readBy(counted, customer);
    expect(await fewest(1, read)).toBe(1);
    const invalidate = async (): Promise<void> => {
      await invalidateAll('stale');
      await settled(counted);
    };
    // The counter, and the look that follows the word of it.
    expect(await fewest(3, invalidate)).toBeLessThanOrEqual(3);
    expect((await readBy(counted, customer)).cacheStatus).toMatch(/fwd=stale/);
    await settled(counted);
    expect(await fewest(1, read)).toBe(1);
  });

  it('reads none of the customers: their keys stay as they are', async () => {
    const customer = await changedCustomer(counted);
    const hash = customerHash(keyOf(customer));
    const before = await stage.raw.hgetall(hash);
    await invalidateAll('refetch');
    expect(await stage.raw.hgetall(hash)).toEqual(before);
  });

  it('is kept without expiry', async () => {
    await invalidateAll('stale');
    expect(await stage.raw.pttl(KEY)).toBe(-1);
  });

  it('is found by the check every second when its event is missed', async () => {
    const customer = await changedCustomer(other);
    const last = Number((await stage.raw.zrange(KEY, '-1', '-1', 'WITHSCORES'))[1]);
    await stage.raw.zadd(KEY, last + 1, 'organisation refetch');
    expect(versionsOf((await readBy(other, customer)).body).name).toBe(1);
    // A look that is under way has perhaps not seen it.
    await eventually('it is found', async () => {
      await pass(LOOK_INTERVAL_MS, other);
      await wideOf(other).settled();
      return wideOf(other).of(ORGANISATION).last === last + 1;
    });
    expect(versionsOf((await readBy(other, customer)).body).name).toBe(2);
  });

  it('is found by each read of a process that knows that it receives no events', async () => {
    const customer = await changedCustomer(other);
    await stage.raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    // No time passes, so it does not subscribe again.
    await eventually('it knows', () => !other.app.get(RedisSubscription).subscribed);
    await wideOf(other).settled();
    const last = Number((await stage.raw.zrange(KEY, '-1', '-1', 'WITHSCORES'))[1]);
    await stage.raw.zadd(KEY, last + 1, 'organisation refetch');
    expect(versionsOf((await readBy(other, customer)).body).name).toBe(2);
  });

  it('holds in a process that starts later', async () => {
    const customer = await changedCustomer(other);
    await invalidateAll('refetch');
    const late = await stage.service();
    expect(versionsOf((await readBy(late, customer)).body).name).toBe(2);
  });
});

describe('counters that Redis has lost', () => {
  it('are written down again by the processes that know them', async () => {
    await invalidateAll('stale');
    await other.http.post('/v1/invalidations').send({ source: 'xero' }).expect(202);
    await wideOf(counted).poll(ORGANISATION);
    const customer = await changedCustomer(counted);
    const before = await stage.raw.zrange(KEY, '0', '-1', 'WITHSCORES');
    await stage.raw.del(KEY);
    await wideOf(counted).poll(ORGANISATION);
    expect(await stage.raw.zrange(KEY, '0', '-1', 'WITHSCORES')).toEqual(before);
    expect((await readBy(counted, customer)).cacheStatus).toMatch(/detail=redis/);
  });

  it.each(['x', ''])(
    'count on when something else has their name, and are known to the other process: %j',
    async (text) => {
      const customer = await changedCustomer(counted, other);
      await stage.raw.del(KEY);
      if (text === '') await stage.raw.rpush(KEY, 'x');
      else await stage.raw.set(KEY, text);
      await counted.http.post('/v1/invalidations').send({ source: 'reseller', mode: 'refetch' }).expect(202);
      await pass(LOOK_INTERVAL_MS, counted, other);
      await settled(other);
      for (const reader of [counted, other])
        expect(versionsOf((await readBy(reader, customer)).body)).toMatchObject({ name: 2 });
      expect(await stage.raw.type(KEY)).toBe('zset');
    },
  );

  it('invalidate what was kept under them when no process knows them any more', async () => {
    const own = await openStage();
    const first = await own.service();
    const customer = own.customer({ stripe: linkedAs('cus_1') });
    await readBy(first, customer);
    await first.close();
    await own.raw.del(KEY);
    const second = await own.service();
    expect((await readBy(second, customer)).cacheStatus).toMatch(/fwd=(miss|partial)/);
    await own.close();
  });
});

describe('the counters of billing customers', () => {
  it('are bounded; the oldest then counts for all that were dropped', async () => {
    const own = await openStage();
    const one = await own.service();
    const [dropped, later] = [own.customer({ stripe: linkedAs('cus_1') }), own.customer({ stripe: linkedAs('cus_1') })];
    await readBy(one, dropped);
    const numbers = wideOf(one).of(ORGANISATION);
    const most = MAX_BILLING_CUSTOMERS_COUNTED;
    const names = Array.from({ length: most + 200 }, (_, index) => `billing ${index} refetch`);
    const first = numbers.last + 1;
    await own.raw.zadd(KEY, ...names.flatMap((name, index) => [first + index, name]));
    await one.http.post('/v1/invalidations').send({ billingCustomerId: later.billingCustomerId }).expect(202);
    expect(await own.raw.zcard(KEY)).toBeLessThanOrEqual(most + 101);
    expect(numbers.entries.length).toBeLessThanOrEqual(most + 10);
    expect((await readBy(one, dropped)).cacheStatus).toMatch(/fwd=(miss|partial)/);
    const late = await own.service();
    expect((await readBy(late, dropped)).cacheStatus).toMatch(/detail=redis/);
    await own.close();
  });
});

describe('a stale invalidation of all customers', () => {
  it('refreshes at the pace of the quota, and answers with the old values meanwhile', async () => {
    const own = await openStage();
    const slow = await own.service({ RESELLER_QUOTA_CALLS: '3', CACHE_REFRESH_WAIT_MS: '0' });
    const customers = Array.from({ length: 3 }, () => own.customer({ stripe: linkedAs('cus_1') }));
    const more = Array.from({ length: 3 }, () => own.customer({ stripe: linkedAs('cus_1') }));
    for (const group of [customers, more]) {
      for (const customer of group) await readBy(slow, customer);
      await pass(6000, slow);
    }
    const all = [...customers, ...more];
    for (const customer of all) setVersion(own, customer, 2);
    await slow.http.post('/v1/invalidations').send({ organisation: true }).expect(202);
    const calls = (): number => all.reduce((sum, customer) => sum + (customer.calls().reseller ?? 0), 0);
    const before = calls();
    for (const customer of all) expect(versionsOf((await slow.http.get(customer.path).expect(200)).body).stripe).toBe(1);
    expect(calls() - before).toBeLessThanOrEqual(3);
    await own.close();
  });
}); // prettier-ignore
