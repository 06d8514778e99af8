import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { ERASURE_VARIABLES, ERASURES } from '../../customer-erasures/erasing.ts';
import { linkedAs, rename, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { randomNumbers } from '../../resilience/random-numbers.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { TestClock } from '../../support/test-clock.ts';
import { type Fleet, type Member, startFleet } from '../../system/fleet/fleet.ts';
import { type Copies, type Copy } from './copies.ts';

/** For how long everything is killed; the same again is permitted for the end. */
const { KILLS_SECONDS = '25' } = process.env;
const KILLS_MS = Number(KILLS_SECONDS) * 1000;
const PROGRAM = join(import.meta.dirname, 'copying-consumer.ts');
const SHIFTED_CLOCK = new URL('../../schedules/shifted-clock.mjs', import.meta.url).href;
const CUSTOMERS = 8;
const WRITERS = 3;

const clock = new TestClock();
/** A whole number of this range, both ends included. */
type Random = (min: number, max: number) => number;

/** One for each of those who write or kill, so the seed says what each of them does, although not what the processes do meanwhile. */
function randomOf(number: number): Random {
  const next = randomNumbers((fc.readConfigureGlobal().seed ?? 0) + number);
  return (min, max) => min + Math.floor(next() * (max - min + 1));
}
const [KILLER_OF_CONSUMER, KILLER_OF_SERVICES, KILLER_OF_REDIS] = [WRITERS, WRITERS + 1, WRITERS + 2];

let fleet: Fleet;
/** The one that runs now. */
let redis: LocalRedis;
let folder: string;
let file: string;
const urls: string[] = [];
const members: Member[] = [];
/** How often each of these was done. */
const counts: Record<string, number> = {};
const count = (what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1;
};

const SHIFT_MS = 7_200_000;

/** Its clock may be wrong by two hours. */
const start = (port: string, random: Random): Promise<Member> => {
  const shiftMs = random(-1, 1) * SHIFT_MS;
  return fleet.join({ PORT: port, NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`, SHIFT_MS: String(shiftMs) });
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copies-'));
  file = join(folder, 'copies.json');
  fleet = await startFleet(0, {
    ...ERASURE_VARIABLES,
    ...{ REQUEST_BUDGET_MS: '2000', REDIS_TIMEOUT_MS: '1000', CACHE_REFRESH_WAIT_MS: '1000', BILLING_CONNECTORS: 'stripe' },
    // So few that a consumer that is away for a while gets `changes_gone`.
    ...{ CACHE_LOCAL_SECONDS: '1', CHANGES_KEPT: '60', DRAIN_DELAY_MS: '0' },
  }); // prettier-ignore
  ({ redis } = fleet);
  const ports = [await freePort(), await freePort(), await freePort()];
  const random = randomOf(KILLER_OF_SERVICES);
  for (const [index, port] of ports.entries()) {
    urls.push(`http://127.0.0.1:${port}`);
    members[index] = await start(String(port), random);
  }
});

afterAll(async () => {
  await fleet.close();
  await redis.kill();
  rmSync(folder, { recursive: true });
});

const portOf = (index: number): string => new URL(urls[index] ?? '').port;

/** The status of an answer; null: the process was killed. */
async function send(url: string, method: string, path: string, more: RequestInit = {}): Promise<number | null> {
  try {
    const answer = await fetch(url + path, { method, ...more });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
const json = (body: object): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function viewOf(url: string, { unlinkedPath }: StagedCustomer): Promise<Copy> {
  const answer = await fetch(url + unlinkedPath);
  const { name = null } = (await answer.json()) as { name?: string };
  return { status: answer.status, etag: answer.headers.get('etag'), name };
}

let version = 0;
/** The ids of customers whose erasure was confirmed or attempted. */
const erased = new Set<string>();

/** One random change, by one of the processes. */
async function write(customers: readonly StagedCustomer[], owed: Set<StagedCustomer>, random: Random): Promise<void> {
  const customer = customers[random(0, CUSTOMERS - 1)] ?? stagedCustomer(fleet.sandbox);
  const url = urls[random(0, 2)] ?? '';
  const { customerId, billingCustomerId, unlinkedPath } = customer;
  const link = `/v1/customer-links/${customerId}`;
  version += 1;
  const drawn = random(1, 100);
  if (drawn <= 45) {
    rename(fleet.sandbox, customer, `Ravensworth ${version}`, { stripe: linkedAs(`cus_${version}`) });
    count('change');
    await send(url, 'GET', unlinkedPath, { headers: { 'cache-control': 'no-cache' } });
  } else if (drawn <= 60) {
    count('link');
    await send(url, 'PUT', link, json({ billingCustomerId: random(0, 1) ? billingCustomerId : randomUUID() }));
  } else if (drawn <= 65) {
    count('unlink');
    await send(url, 'DELETE', link);
  } else if (drawn <= 75) {
    count('invalidate');
    await send(url, 'DELETE', `${unlinkedPath}/cache`);
  } else if (drawn <= 95) {
    count('read');
    await send(url, 'GET', unlinkedPath);
  } else if (drawn <= 96) {
    count('erase');
    owed.add(customer);
    erased.add(customerId);
    if ((await send(url, 'POST', ERASURES, json({ customerId }))) === 200) owed.delete(customer);
  } else {
    // Soon, so that most customers can be read.
    const [lifted = customerId] = erased;
    count('lift');
    if ((await send(url, 'DELETE', `${ERASURES}/${lifted}`)) === 204) erased.delete(lifted);
  }
}

it(
  'a consumer that is killed at random, as are the processes that it asks, ends with what readers see, although Redis has lost writes',
  async () => {
    const customers = Array.from({ length: CUSTOMERS }, () => stagedCustomer(fleet.sandbox));
    const ids = customers.map(({ customerId }) => customerId).join();
    const startConsumer = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, ['--no-warnings', PROGRAM, file, urls.join(), ids], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    let consumer = startConsumer();
    const endsAt = clock.monotonic() + KILLS_MS;
    const isOver = (): boolean => clock.monotonic() >= endsAt;
    // An erasure that was interrupted is finished by asking again.
    const owed = new Set<StagedCustomer>();

    const writing = Array.from({ length: WRITERS }, async (_, writer) => {
      const random = randomOf(writer);
      while (!isOver()) {
        await write(customers, owed, random);
        await clock.sleep(random(0, 150));
      }
    });
    const killingConsumer = async (): Promise<void> => {
      const random = randomOf(KILLER_OF_CONSUMER);
      while (!isOver()) {
        await clock.sleep(random(50, 3000));
        consumer.kill('SIGKILL');
        await once(consumer, 'exit');
        count('consumer killed');
        await clock.sleep(random(0, 800));
        consumer = startConsumer();
      }
    };
    const killingServices = async (): Promise<void> => {
      const random = randomOf(KILLER_OF_SERVICES);
      while (!isOver()) {
        await clock.sleep(random(500, 6000));
        const index = random(0, 2);
        const how = random(1, 5) === 1 ? 'SIGTERM' : 'SIGKILL';
        members[index]?.process.signal(how);
        await members[index]?.process.ended;
        count('service killed');
        await clock.sleep(random(0, 500));
        members[index] = await start(portOf(index), random);
      }
    };
    const hasFiles = withoutBinary === null;
    const older = join(folder, 'older.rdb');
    const saveRedis = async (): Promise<void> => {
      const raw = rawRedis(redis.url);
      const [, dir] = (await raw.config('GET', 'dir')) as [string, string];
      await raw.save();
      raw.disconnect();
      copyFileSync(join(dir, 'dump.rdb'), older);
    };
    const restoreRedis = async (): Promise<void> => {
      await redis.kill();
      copyFileSync(older, join(folder, 'dump.rdb'));
      redis = await startRedis({ port: redis.port, args: ['--dir', folder] });
      count('Redis restored');
    };
    const restoringRedis = async (): Promise<void> => {
      const random = randomOf(KILLER_OF_REDIS);
      while (hasFiles && !isOver()) {
        await saveRedis();
        await clock.sleep(random(1000, 8000));
        await restoreRedis();
        await clock.sleep(random(1000, 5000));
      }
    };
    await Promise.all([...writing, killingConsumer(), killingServices(), restoringRedis()]);

    for (const { customerId } of owed)
    await eventually('the erasure is finished', async () => (await send(urls[0] ?? '', 'POST', ERASURES, json({ customerId }))) === 200); // prettier-ignore
    let held: Copies['held'] = {};
    let seen: Readonly<Record<string, Copy>>[] = [];
    const agree = (): Promise<void> =>
      eventually('the consumer has what all readers see', async () => {
        seen = await Promise.all(
          urls.map(
            async (url) =>
          Object.fromEntries(await Promise.all(customers.map(async (one) => [one.customerId, await viewOf(url, one)]))) as Record<string, Copy>, // prettier-ignore
          ),
        );
        const kept = JSON.parse(readFileSync(file, 'utf8')) as Copies;
        ({ held } = kept);
        return kept.isCaughtUp && seen.every((views) => JSON.stringify(views) === JSON.stringify(held));
      });
    try {
      await agree();
      if (hasFiles) {
        // Now no later change of the same customer hides one that was missed.
        await saveRedis();
        for (const { customerId } of customers)
          await send(
            urls[0] ?? '',
            'PUT',
            `/v1/customer-links/${customerId}`,
            json({ billingCustomerId: randomUUID() }),
          );
        await agree();
        await restoreRedis();
        await agree();
      }
    } finally {
      consumer.kill('SIGKILL');
      // What differs is shown.
      for (const views of seen) expect(held).toStrictEqual(views);
    }
    const done = ['change', 'consumer killed', 'service killed', ...(hasFiles ? ['Redis restored'] : [])];
    for (const what of done) expect(counts[what]).toBeGreaterThan(0);
  },
  2 * KILLS_MS + 120_000,
);
