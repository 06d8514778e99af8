import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { CLOCK_TOLERANCE_MS } from '../../src/config/clock.ts';
import { AGREE_ON_TIME } from '../../src/redis/shared-time-script.ts';
import { rawRedis } from '../support/raw-redis.ts';

const HOUR_MS = 3_600_000;
const KEY = 'customer-profiles:time';

let redis: LocalRedis;
let raw: Redis;

beforeAll(async () => {
  redis = await startRedis();
  raw = rawRedis(redis.url);
});

beforeEach(() => raw.flushall());

afterAll(async () => {
  raw.disconnect();
  await redis.kill();
});

interface Answer {
  readonly now: number;
  readonly correction: number;
  readonly lostBefore: number;
}

/** What a process has agreed on, and how far its elapsed time says that the time is from Redis's. */
interface Process {
  readonly seen: number;
  readonly said: number;
}

const serverTime = async (): Promise<number> => {
  const [seconds = 0, micros = 0] = (await raw.time()).map(Number);
  return seconds * 1000 + Math.floor(micros / 1000);
};

async function agree(own: (Process & { readonly now: number }) | null, run = 'run-1'): Promise<Answer> {
  const mine = own ? [Math.floor(own.now), own.seen, own.said] : ['', '', ''];
  const reply = (await raw.eval(AGREE_ON_TIME, 1, KEY, ...mine, run, CLOCK_TOLERANCE_MS)) as number[];
  const [now = NaN, correction = NaN, lostBefore = NaN] = reply.map(Number);
  return { now, correction, lostBefore };
}

/** A process that has agreed once more after its start, so that it has said a time. */
async function established(): Promise<Process> {
  const { now, correction } = await agree(null);
  const again = await agree({ now, seen: correction, said: 0 });
  return { seen: again.correction, said: again.now };
}

const NEAR_MS = 5 * CLOCK_TOLERANCE_MS;
const expectNear = (one: number, other: number): void => {
  expect(Math.abs(one - other)).toBeLessThan(NEAR_MS);
};

describe('the time that processes agree on', () => {
  it('is Redis’s for the first one, wherever its own clock stands (R9)', async () => {
    expectNear((await agree(null)).now, await serverTime());
  });

  it.each([-2, -1, 1, 2])(
    'is kept when Redis’s clock jumps by %i h: the process corrects it for all (E3)',
    async (hours) => {
      // To a process whose elapsed time has not jumped, Redis is that much ahead.
      const jumpMs = hours * HOUR_MS;
      const one = await established();
      await raw.hset(KEY, { last: one.said - Math.max(0, jumpMs) });
      const own = (await serverTime()) - jumpMs;
      const corrected = await agree({ ...one, now: own });
      expect(corrected.now).toBe(own);
      expectNear(corrected.correction, -jumpMs);
      // Another one, that was told before, adopts it; so does one that starts.
      const adopted = await agree({ ...one, now: await serverTime() });
      expectNear(adopted.now, own);
      expectNear((await agree(null)).now, own);
    },
  );

  it('is that of the others for a process that was paused', async () => {
    const one = await established();
    const other = await established();
    const now = await serverTime();
    await agree({ ...other, now });
    const paused = await agree({ ...one, now: now - HOUR_MS });
    expectNear(paused.now, now);
    expect(paused.correction).toBe(0);
  });

  it('never goes back', async () => {
    const one = await established();
    await raw.hset(KEY, { last: one.said + HOUR_MS });
    expect((await agree(null)).now).toBe(one.said + HOUR_MS);
  });

  it('does not drift by differences that are too small to be a jump', async () => {
    const one = await established();
    const now = (await serverTime()) + CLOCK_TOLERANCE_MS / 2;
    expect((await agree({ ...one, now })).correction).toBe(0);
  });

  it('survives a value of another type', async () => {
    await raw.set(KEY, 'x');
    expectNear((await agree(null)).now, await serverTime());
  });
});

describe('a loss of data', () => {
  it('is noted once when the servers run for another time (E8)', async () => {
    const one = await established();
    const before = await agree({ ...one, now: await serverTime() });
    expect(before.lostBefore).toBe(0);
    const { lostBefore } = await agree({ ...one, now: await serverTime() }, 'run-2');
    expectNear(lostBefore, await serverTime());
    expect((await agree(null, 'run-2')).lostBefore).toBe(lostBefore);
  });

  it('is noted when Redis knows less than a process has said, where it does not say how long it runs', async () => {
    const one = await established();
    const now = await serverTime();
    const said = (await agree({ ...one, now }, '')).now;
    await raw.hset(KEY, { last: said - 1 });
    expectNear((await agree({ ...one, said, now: await serverTime() }, '')).lostBefore, await serverTime());
  });

  it('is none when nobody says how long the servers run', async () => {
    const one = await established();
    expect((await agree({ ...one, now: await serverTime() }, '')).lostBefore).toBe(0);
  });
});
