import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { openStage, type ReadProfile, sourceOf, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { settled } from '../../support/passing-time.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service, type Variables } from '../../support/service.ts';
import { withoutBinary } from '../parts.ts';

let folder: string;
let redis: LocalRedis;
let stage: Stage;

/** Any refresh behind an answer goes on; an answer that may be old does not wait for it. */
const NO_REFRESH_WAIT: Variables = { CACHE_REFRESH_WAIT_MS: '0' };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'profiles-snapshot-'));
  redis = await startRedis({ args: ['--dir', folder] });
  stage = await openStage();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await stage.close();
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** In real time, as Redis is lost and found again by it. */
const start = (more: Variables = {}, time: 'real' | 'virtual' = 'real'): Promise<Service> =>
  stage.service({ ...NO_REFRESH_WAIT, REDIS_URL: redis.url, ...more }, { time });

/** What is written from now on is lost when Redis is started again. */
async function save(): Promise<void> {
  const raw = rawRedis(redis.url);
  await raw.save();
  raw.disconnect();
}

/** Ends Redis and starts it from its last snapshot. Resolves when these services are connected again. */
async function restore(...services: readonly Service[]): Promise<void> {
  await redis.kill();
  const connected = services.map(async ({ app }) => {
    const connection = app.get(RedisConnection, { strict: false });
    await new Promise<void>((resolve) => {
      connection.onReady(resolve);
    });
  });
  redis = await startRedis({ port: redis.port, args: ['--dir', folder] });
  await Promise.all(connected);
}

interface Read {
  readonly name: string;
  readonly isStale: boolean | undefined;
  readonly cacheStatus: string;
}

async function read({ http }: Service, { path }: StagedCustomer): Promise<Read> {
  const { body, headers } = await http.get(path).expect(200);
  const { name } = body as ReadProfile & { name: string };
  return { name, isStale: sourceOf(body, 'reseller')?.stale, cacheStatus: headers['cache-status'] ?? '' };
}

(withoutBinary === null ? describe : describe.skip)(
  `a Redis that is started from an older snapshot${withoutBinary ?? ''}`,
  () => {
    /** Old in the snapshot; forgotten and read again since. */
    async function forgotten(reader: Service): Promise<{ readonly customer: StagedCustomer; readonly old: string }> {
      const customer = stage.customer();
      const { name: old } = await read(reader, customer);
      await settled(reader);
      await save();
      await reader.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
      stage.rename(customer, 'Ravensworth Renamed');
      expect(await read(reader, customer)).toMatchObject({ name: 'Ravensworth Renamed', isStale: false });
      await settled(reader);
      // Parts that come one after the other are written in several steps; then the next read makes the copy.
      await read(reader, customer);
      return { customer, old };
    }

    it('brings back no part that counts as fresh, and costs no process its copies (E8)', async () => {
      const [reader, other] = [await start(), await start({ CACHE_LOCAL_SECONDS: '0' })];
      const { customer, old } = await forgotten(reader);
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      await restore(reader, other);
      expect(await read(reader, customer)).toMatchObject({ name: 'Ravensworth Renamed', isStale: true });
      expect(await read(other, customer)).toMatchObject({ name: old, isStale: true });
      stage.sandbox.faults.clear();
      await Promise.all([settled(reader), settled(other)]);
      for (const service of [reader, other])
        expect(await read(service, customer)).toMatchObject({ name: 'Ravensworth Renamed', isStale: false });
    });

    it('is distrusted by a process that starts afterwards, too (E8)', async () => {
      const first = await start();
      const { customer, old } = await forgotten(first);
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      await restore(first);
      const later = await start();
      expect(await read(later, customer)).toMatchObject({ name: old, isStale: true });
      stage.sandbox.faults.clear();
    });

    it('does not repeat a generation: a fetch from before the loss is never stored as fresh (E8)', async () => {
      const reader = await start();
      const customer = stage.customer();
      await read(reader, customer);
      await settled(reader);
      await save();
      const generationOf = async (): Promise<number> => {
        const raw = rawRedis(redis.url);
        const [key = ''] = await raw.keys(`customer-profiles:*{*:${customer.customerId}}`);
        const generation = Number(await raw.hget(key, 'generation'));
        raw.disconnect();
        return generation;
      };
      await reader.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
      const lost = await generationOf();
      await restore(reader);
      await reader.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
      expect(await generationOf()).toBeGreaterThan(lost);
    });
  },
);

describe('a Redis that is emptied', () => {
  it('costs a process with a copy nothing but freshness', async () => {
    const reader = await start({ CACHE_LOCAL_SECONDS: '1' }, 'virtual');
    const customer = stage.customer();
    const { name } = await read(reader, customer);
    await settled(reader);
    const raw = rawRedis(redis.url);
    await raw.flushall();
    raw.disconnect();
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
    reader.clock.advance(1500);
    expect(await read(reader, customer)).toMatchObject({ name, isStale: true });
  });
});
