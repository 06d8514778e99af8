import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
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
import { Lives } from './life.ts';

/** 1800 for the half hour that docs/proof.md tells of. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? '60');
const CAPACITY_SECONDS = 5;
const CALLERS = 8;
const WINDOWS = 10;
/** Until the copies are full, and each customer has had its turn. */
const SETTLE_SHARE = 0.2;
/** So much of that time is for the first turn of each customer. */
const FIRST_TURNS = 0.7;
/** Copies are full after minutes, so that a shorter soak says nothing of the memory. */
const MEMORY_FROM_SECONDS = 900;
const SAMPLE_MS = 1000;
/** Longer than connections are kept that nobody uses. */
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
/** As in the image, of a container with 512 MiB. */
const NODE_OPTIONS = '--max-old-space-size=256 --max-semi-space-size=8';

interface Sample {
  readonly residentMb: number;
  readonly heapMb: number;
  readonly handles: number;
  readonly series: number;
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
  const service = built.start(
    sandboxVariables(sandbox.url, { ...more, ...SHORT_LIVED, ...ERASURE_VARIABLES, NODE_OPTIONS }),
  );
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

async function sample(): Promise<Sample> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const sum = (name: string): number => seriesOf(metrics, name).reduce((total, { value }) => total + value, 0);
  return {
    residentMb: sum('process_resident_memory_bytes') / 2 ** 20,
    heapMb: sum('nodejs_heap_size_used_bytes') / 2 ** 20,
    handles: sum('process_open_fds'),
    series: metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
    keys: await raw.dbsize(),
  };
}

/** How many files are open when idle connections have been closed: the least within a while. */
async function settledHandles(): Promise<number> {
  let least = Infinity;
  for (let second = 0; second < REST_SECONDS; second += 1) {
    least = Math.min(least, (await sample()).handles);
    await clock.sleep(1000);
  }
  return least;
}

it(
  'memory, handles, series and keys stay as they are while callers do everything, and nothing fails',
  async () => {
    const lives = new Lives(url, sandbox);
    await lives.live();
    const atRest = await settledHandles();
    const most = await capacity(lives);
    lives.customers = Math.ceil((most / 2) * SECONDS * SETTLE_SHARE * FIRST_TURNS);
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
        samples.push(await sample());
        await clock.sleep(SAMPLE_MS);
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, index) => caller(index));
    await Promise.all([...callers, eraser(), consumer(), observer()]);

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
    const heap = trend('heapMb', (values) => Math.min(...values));
    const memory = { 'resident MiB': trend('residentMb'), 'heap MiB': heap };
    const counts = { series: trend('series'), 'keys in Redis': trend('keys') };
    const files = { 'open files': trend('handles') };
    const { failures, requests, customers } = lives;
    const rate = (requests / SECONDS).toFixed(0);
    tell(
      `Soak of ${SECONDS} s with ${customers} customers, ${rate} requests a second: half of what ${CALLERS} callers get. ` +
        `${failures.length} of ${requests} requests failed. Growth, with the noise, and what ${WINDOWS} windows had: ` +
        `${Object.entries({ ...memory, ...counts, ...files })
          .map(textOf)
          .join('; ')}.`,
    );
    expect(failures).toEqual([]);
    const judged = { ...(SECONDS >= MEMORY_FROM_SECONDS ? memory : {}), ...counts };
    // Busy callers and calls have more of them at once; at rest they are what they were.
    expect(await settledHandles()).toBeLessThanOrEqual(atRest + REST_MARGIN);
    expect(Object.entries(judged).filter(([, each]) => !isFlat(each))).toEqual([]);
  },
  (SECONDS + 180) * 1000,
);

const textOf = ([name, { growth, noise, values }]: [string, Trend]): string =>
  `${name} ${growth.toFixed(1)} (${noise.toFixed(1)}): ${values.map((value) => value.toFixed(0)).join(', ')}`;
