import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { OF_IMAGE } from '../../../../bench/image-options.ts';
import { median } from '../../../../bench/numbers.ts';
import { type LocalRedis, startRedis } from '../../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../../sandbox/server.ts';
import { Clock } from '../../../../src/config/clock.ts';
import { ERASURE_VARIABLES } from '../../../customer-erasures/erasing.ts';
import { tell } from '../../../proof/seen-answers.ts';
import { isFlat, type Trend, trendOf, windowed } from '../../../proof/trend.ts';
import { buildService, type BuiltService } from '../../../support/built-service.ts';
import { seriesOf } from '../../../support/exposition.ts';
import { rawRedis } from '../../../support/raw-redis.ts';
import { sandboxVariables } from '../../../support/service.ts';
import { ERASED_CUSTOMERS, Lives } from './life.ts';

/** 1800 for the half hour that docs/proof.md tells of. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? '60');
const CAPACITY_SECONDS = 5;
const CALLERS = 8;
const WINDOWS = 10;
/** Until lists that have a bound are full. */
const SETTLE_SHARE = 0.2;
/** A shorter soak says nothing of the memory, and does not fill the copies first. */
const MEMORY_FROM_SECONDS = 900;
const LOOKS_AT_MEMORY = SECONDS >= MEMORY_FROM_SECONDS;
/** So many lives end until the copies are looked at again. */
const LIVES_TO_FILL = 400;
/** Copies that have grown by more are not full. */
const FULL_MB = 0.5;
const FILL_SECONDS = 900;
const SAMPLE_MS = 1000;
/** An entry of Redis with an end that was not used for so long is taken for one that has ended. */
const UNUSED_SECONDS = 5;
const END_MS = 2000;
/** The names of keys that may have an end. */
const ENDING = ['customer-profiles:*', 'customer-index:[^n]*'];
/** Longer than connections are kept that nobody uses, and than entries of Redis are before they count as unused. */
const REST_SECONDS = 12;
const REST_MARGIN = 2;
/** With short times, so that what Redis and the process keep of a customer ends while the soak goes on. */
const SHORT_LIVED = {
  CACHE_FRESH_SECONDS: '5',
  CACHE_NOT_LINKED_SECONDS: '5',
  CACHE_NOT_FOUND_SECONDS: '5',
  CACHE_STALE_SECONDS: '10',
  CACHE_LOCAL_SECONDS: '1',
  CHANGES_KEPT: '100',
  KEEP_ALIVE_TIMEOUT_MS: '5000',
};

interface Sample {
  readonly residentMb: number;
  readonly heapMb: number;
  readonly externalMb: number;
  readonly copiesMb: number;
  readonly handles: number;
  readonly series: number;
  /** Without those that Redis keeps of each customer for good. */
  readonly keys: number;
}

const clock = new Clock();

let redis: LocalRedis;
let sandbox: Sandbox;
let built: BuiltService;
let raw: Redis;
let url: string;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  built = buildService();
  raw = rawRedis(redis.url);
  const more = { REDIS_URL: redis.url, LOG_LEVEL: 'info', RESELLER_QUOTA_CALLS: '1000000', REDIS_TIMEOUT_MS: '1000' };
  const variables = sandboxVariables(sandbox.url, { ...more, ...SHORT_LIVED, ...ERASURE_VARIABLES });
  const service = built.start(variables, [process.execPath, ...OF_IMAGE, built.main]);
  url = await service.url;
});

afterAll(async () => {
  built.endAll();
  raw.disconnect();
  await Promise.all([sandbox.close(), redis.kill()]);
});

/** How many lives a second end when each caller begins the next at once. */
async function capacity(lives: Lives): Promise<number> {
  const beganAt = clock.monotonic();
  let ended = 0;
  const caller = async (): Promise<void> => {
    while (clock.monotonic() < beganAt + CAPACITY_SECONDS * 1000) {
      await lives.live();
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return (ended * 1000) / (clock.monotonic() - beganAt);
}

async function sample(lives: Lives): Promise<Sample> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const sum = (name: string): number => seriesOf(metrics, name).reduce((total, { value }) => total + value, 0);
  return {
    residentMb: sum('process_resident_memory_bytes') / 2 ** 20,
    heapMb: sum('nodejs_heap_size_used_bytes') / 2 ** 20,
    externalMb: sum('nodejs_external_memory_bytes') / 2 ** 20,
    copiesMb: sum('profile_cache_local_bytes') / 2 ** 20,
    handles: sum('process_open_fds'),
    series: metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
    keys: (await raw.dbsize()) - lives.lastingKeys,
  };
}

/** Goes on until the copies take all the memory that they may, so that they do not look like a leak. */
async function fillCopies(lives: Lives): Promise<void> {
  const caller = async (): Promise<void> => {
    for (let life = 0; life < LIVES_TO_FILL / CALLERS; life += 1) await lives.live();
  };
  for (let [before, now] = [-Infinity, 0]; now > before + FULL_MB;) {
    await Promise.all(Array.from({ length: CALLERS }, caller));
    [before, now] = [now, (await sample(lives)).copiesMb];
  }
}

/** Removes what has an end and is not used any more. Redis keeps it for hours after it can be used, and a soak ends before. */
async function endUnused(): Promise<void> {
  for (const match of ENDING)
    for await (const names of raw.scanStream({ match, count: 1000 }) as AsyncIterable<string[]>) {
      const reads = raw.pipeline();
      for (const name of names) reads.pttl(name).object('IDLETIME', name);
      const answers = ((await reads.exec()) ?? []).map(([, answer]) => Number(answer));
      const ended = names.filter((_, at) => (answers[2 * at] ?? 0) > 0 && (answers[2 * at + 1] ?? 0) > UNUSED_SECONDS);
      if (ended.length > 0) await raw.unlink(...ended);
    }
}

/** What is held when nobody asks, idle connections have been closed and unused entries of Redis have ended: the least within a while. */
async function atRest(lives: Lives): Promise<Pick<Sample, 'handles' | 'keys'>> {
  let [handles, keys] = [Infinity, Infinity];
  for (let second = 0; second < REST_SECONDS; second += 1) {
    await endUnused();
    const now = await sample(lives);
    [handles, keys] = [Math.min(handles, now.handles), Math.min(keys, now.keys)];
    await clock.sleep(1000);
  }
  return { handles, keys };
}

it(
  'memory, handles, series and keys stay as they are while callers do everything, and nothing fails',
  async () => {
    const lives = new Lives(url, sandbox);
    await lives.live();
    for (let erased = 0; erased < ERASED_CUSTOMERS; erased += 1) await lives.erase();
    const before = await atRest(lives);
    if (LOOKS_AT_MEMORY) await fillCopies(lives);
    const most = await capacity(lives);
    const beganAt = clock.monotonic();
    const hasTime = (): boolean => clock.monotonic() < beganAt + SECONDS * 1000;
    const perSecond = most / 2;
    const caller = async (index: number): Promise<void> => {
      for (let turn = index; hasTime(); turn += CALLERS) {
        await clock.sleep(Math.max(0, beganAt + (turn * 1000) / perSecond - clock.monotonic()));
        await lives.live();
      }
    };
    const eraser = async (): Promise<void> => {
      while (hasTime()) await lives.erase();
    };
    const consumer = async (): Promise<void> => {
      for (let cursor = await lives.follow(null); hasTime();) cursor = await lives.follow(cursor);
    };
    const samples: Sample[] = [];
    const observer = async (): Promise<void> => {
      while (hasTime()) {
        samples.push(await sample(lives));
        await clock.sleep(SAMPLE_MS);
      }
    };
    const ending = async (): Promise<void> => {
      while (hasTime()) {
        await endUnused();
        await clock.sleep(END_MS);
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, index) => caller(index));
    await Promise.all([...callers, eraser(), consumer(), observer(), ending()]);

    const settled = samples.slice(Math.ceil(samples.length * SETTLE_SHARE));
    const trend = (key: keyof Sample, one: (values: readonly number[]) => number = median): Trend =>
      trendOf(
        windowed(
          settled.map((each) => each[key]),
          WINDOWS,
          one,
        ),
      );
    // The least of a window is nearest to what is left after a collection of garbage.
    const least = (values: readonly number[]): number => Math.min(...values);
    const heap = { 'heap MiB': trend('heapMb', least), 'MiB outside it': trend('externalMb', least) };
    const memory = { 'resident MiB': trend('residentMb'), ...heap, 'copies MiB': trend('copiesMb') };
    const counts = { series: trend('series') };
    // Busy callers have more of them at once; at rest they are what they were.
    const inUse = { 'open files': trend('handles'), 'other keys in Redis': trend('keys') };
    const { failures, requests, customers } = lives;
    const rate = (requests / SECONDS).toFixed(0);
    tell(
      `Soak of ${SECONDS} s with ${customers} customers in all, ${rate} requests a second: half of what ${CALLERS} callers get. ` +
        `${failures.length} of ${requests} requests failed. Growth, with the noise, and what ${WINDOWS} windows had: ` +
        `${Object.entries({ ...memory, ...counts, ...inUse })
          .map(textOf)
          .join('; ')}.`,
    );
    expect(failures).toEqual([]);
    const judged = { ...(LOOKS_AT_MEMORY ? memory : {}), ...counts };
    const after = await atRest(lives);
    expect(after.handles).toBeLessThanOrEqual(before.handles + REST_MARGIN);
    expect(after.keys).toBeLessThanOrEqual(before.keys + REST_MARGIN);
    expect(Object.entries(judged).filter(([, each]) => !isFlat(each))).toEqual([]);
  },
  (SECONDS + FILL_SECONDS + 180) * 1000,
);

const textOf = ([name, { growth, noise, values }]: [string, Trend]): string =>
  `${name} ${growth.toFixed(1)} (${noise.toFixed(1)}): ${values.map((value) => value.toFixed(0)).join(', ')}`;
