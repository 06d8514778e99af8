import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type RedisLease, RedisLeases } from '../../src/redis/lease.ts';
import { eventually } from '../support/eventually.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type RedisParts, redisParts } from './parts.ts';

const TTL_MS = 60_000;
const [A, B, C] = ['{slot}:a', '{slot}:b', '{slot}:c'] as const;

let redis: LocalRedis;
let raw: Redis;
let parts: RedisParts;
let leases: RedisLeases;
let lost: string[];

beforeAll(async () => {
  redis = await startRedis();
  raw = rawRedis(redis.url);
});

beforeEach(async () => {
  await raw.flushall();
  parts = await redisParts({ REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '10000' });
  leases = new RedisLeases(parts.clock, parts.connection);
  lost = [];
});

afterEach(() => {
  parts.close();
});

afterAll(async () => {
  raw.disconnect();
  await redis.kill();
});

/** @throws Error when Redis is unavailable */
async function acquire(...names: string[]): Promise<RedisLease> {
  const lease = await leases.acquire(names, { ttlMs: TTL_MS, onLost: (name) => lost.push(name) });
  if (!lease) throw new Error('Redis is unavailable');
  return lease;
}

/** Redis answers over one connection in order, so all renewals so far have been answered. */
const roundTrip = (): Promise<unknown> => parts.connection.run((client) => client.ping());

async function callsOf(command: string): Promise<number> {
  const stats = await raw.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

describe('acquire', () => {
  it('grants each name that is free, and says how long the others are taken, in one command', async () => {
    const first = await acquire(A);
    await raw.pexpire(A, 30_000);
    await raw.config('RESETSTAT');
    const second = await acquire(A, B, C);
    expect(await callsOf('eval')).toBe(1);
    expect(first.granted).toEqual([A]);
    expect(second.granted).toEqual([B, C]);
    expect([...second.taken.keys()]).toEqual([A]);
    expect(second.taken.get(A)).toBeGreaterThan(0);
    expect(second.taken.get(A)).toBeLessThanOrEqual(30_000);
    expect(await raw.mget(A, B, C)).toEqual([first.owner, second.owner, second.owner]);
    for (const name of [B, C]) expect(await raw.pttl(name)).toBeGreaterThan(0);
  });

  it.each([2 * TTL_MS, 3_600_000, 31_536_000_000])(
    'makes nobody wait longer than the ttl for a lease that Redis keeps for %i ms (E3)',
    async (keptMs) => {
      await raw.set(A, 'somebody', 'PX', keptMs);
      await raw.set(B, 'somebody', 'PX', TTL_MS / 2);
      const { taken } = await acquire(A, B);
      expect(taken.get(A)).toBe(TTL_MS);
      expect(taken.get(B)).toBeLessThanOrEqual(TTL_MS / 2);
      expect(await raw.pttl(A)).toBeLessThanOrEqual(TTL_MS);
    },
  );

  it('releases what Redis grants after the caller has gone (U5)', async () => {
    await raw.config('RESETSTAT');
    redis.freeze();
    const late = leases.acquire([A], { ttlMs: TTL_MS }, 50);
    parts.clock.advance(50);
    expect(await late).toBeUndefined();
    redis.thaw();
    await eventually('it is granted and released', async () => (await callsOf('eval')) === 2);
    expect(await raw.exists(A)).toBe(0);
  });

  it('reports the ttl for a key that does not expire', async () => {
    await raw.set(A, 'somebody');
    expect((await acquire(A)).taken.get(A)).toBe(TTL_MS);
  });

  it('grants a name to exactly one of twenty that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => acquire(A)));
    expect(answers.filter(({ granted }) => granted.length === 1)).toHaveLength(1);
  });

  it('is undefined when Redis is unavailable or answers with an error', async () => {
    await raw.config('SET', 'maxmemory', '1');
    expect(await leases.acquire([A], { ttlMs: TTL_MS })).toBeUndefined();
    await raw.config('SET', 'maxmemory', '0');
    parts.close();
    await eventually('it is closed', () => parts.connection.client?.status === 'end');
    expect(await leases.acquire([A], { ttlMs: TTL_MS })).toBeUndefined();
  });
});

describe('a lease that is held', () => {
  it('is renewed every quarter of its ttl, all names in one command, until it is released', async () => {
    const lease = await acquire(A, B);
    for (let renewals = 0; renewals < 3; renewals += 1) {
      await Promise.all([raw.pexpire(A, 10_000), raw.pexpire(B, 10_000)]);
      await raw.config('RESETSTAT');
      parts.clock.advance(TTL_MS / 4);
      await roundTrip();
      expect(await callsOf('eval')).toBe(1);
      for (const name of [A, B]) expect(await raw.pttl(name)).toBeGreaterThan(10_000);
    }
    await lease.release();
    await raw.config('RESETSTAT');
    parts.clock.advance(TTL_MS);
    await roundTrip();
    expect(await callsOf('eval')).toBe(0);
    expect(lost).toEqual([]);
  });

  it('reports once each name that another owner has or that ran out, and renews the rest', async () => {
    const lease = await acquire(A, B, C);
    await raw.set(A, 'another');
    await raw.del(B);
    parts.clock.advance(TTL_MS / 4);
    await eventually('both are reported', () => lost.length === 2);
    parts.clock.advance(TTL_MS / 4);
    await roundTrip();
    expect(lost).toEqual([A, B]);
    await lease.release();
    expect(await raw.mget(A, B, C)).toEqual(['another', null, null]);
  });

  it('is renewed no more once every name is lost', async () => {
    await acquire(A);
    await raw.del(A);
    parts.clock.advance(TTL_MS / 4);
    await eventually('it is reported', () => lost.length === 1);
    expect(parts.clock.isSet((ms) => ms === TTL_MS / 4)).toBe(false);
  });

  it('is not lost when it is released during a renewal', async () => {
    const lease = await acquire(A);
    await raw.del(A);
    parts.clock.advance(TTL_MS / 4);
    await lease.release();
    await roundTrip();
    expect(lost).toEqual([]);
  });
});

describe('release', () => {
  it('gives back some names, then the rest, and leaves alone what another owner holds', async () => {
    const lease = await acquire(A, B, C);
    await lease.release([B]);
    expect(await raw.mget(A, B, C)).toEqual([lease.owner, null, lease.owner]);
    await raw.set(C, 'another');
    await lease.release();
    expect(await raw.mget(A, B, C)).toEqual([null, null, 'another']);
  });

  it('asks nothing for names that were not granted or are released already', async () => {
    const holder = await acquire(A);
    const lease = await acquire(A, B);
    await lease.release();
    await raw.config('RESETSTAT');
    await lease.release();
    await lease.release([A]);
    expect(await callsOf('eval')).toBe(0);
    expect(await raw.get(A)).toBe(holder.owner);
  });

  it('publishes one message for each release that found something to release', async () => {
    const listener = raw.duplicate();
    const received: string[] = [];
    listener.on('message', (_channel, message: string) => received.push(message));
    await listener.subscribe('ends');
    const onRelease = { channel: 'ends', message: (names: readonly string[]) => `ended ${names.join()}` };
    const lease = await leases.acquire([A, B, C], { ttlMs: TTL_MS, onRelease });
    await lease?.release([A]);
    await raw.set(B, 'another');
    await lease?.release([B]);
    await lease?.release();
    await raw.publish('ends', 'last');
    await eventually('all is received', () => received.includes('last'));
    expect(received).toEqual([`ended ${A}`, `ended ${C}`, 'last']);
    listener.disconnect();
  });
});
