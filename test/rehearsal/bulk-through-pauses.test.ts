import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type LocalSentinel, startRedisSentinel } from '../../sandbox/redis/local-sentinel.ts';
import { storeLinks } from '../customer-links/bulk/stored-links.ts';
import {
  LINKS,
  linksOf,
  NDJSON,
  type NewLink,
  newLinks,
  readLines,
  type ReportLine,
  toLines,
} from '../customer-links/ndjson.ts';
import { withoutBinary } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

/** So many that an export is not over when its first lines are read; an import takes longer for each. */
const MANY = 30_000;
const MANY_IMPORTED = 6000;

/** The service with its own times, in front of this Redis. */
async function serviceAt(REDIS_URL: string): Promise<Service> {
  const variables = sandboxVariables('http://127.0.0.1:9', { REDIS_URL, REDIS_TIMEOUT_MS: '200' });
  const service = await startService(variables, { time: 'real' });
  await eventually('Redis is reached', async () => (await fetch(`${service.url}${LINKS}`)).status === 200);
  return service;
}

/** An answer that has begun. After so many links Redis may be slow to reply. */
async function begun(request: Request): Promise<Response> {
  let answer = await fetch(request.clone());
  await eventually('it begins', async () => {
    if (answer.status !== 503) return true;
    await answer.text();
    answer = await fetch(request.clone());
    return false;
  });
  expect(answer.status).toBe(200);
  return answer;
}

/** The lines of an answer, during which something happens to Redis once the first of them are read. */
async function linesDuring(request: Request, happens: () => Promise<unknown>): Promise<readonly unknown[]> {
  const answer = await begun(request);
  const reader = (answer.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const chunks: Uint8Array[] = [];
  const first = await reader.read();
  if (first.value) chunks.push(first.value);
  const happened = happens();
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  await happened;
  return readLines(Buffer.concat(chunks).toString());
}

const exportOf = ({ url }: Service): Request => new Request(`${url}${LINKS}/export`);
const importOf = ({ url }: Service, links: readonly NewLink[]): Request =>
  new Request(`${url}${LINKS}/import`, { method: 'POST', headers: { 'content-type': NDJSON }, body: toLines(links) });

function expectWhole(lines: readonly unknown[], links: readonly NewLink[]): void {
  expect(lines.at(-1)).toEqual({ exported: links.length });
  expect(linksOf(lines.slice(0, -1))).toBe(toLines(links));
}

function expectAllStored(lines: readonly unknown[], links: readonly NewLink[]): void {
  const { created, unchanged, ...others } = (lines.at(-1) as ReportLine).summary ?? {};
  expect(Number(created) + Number(unchanged)).toBe(links.length);
  expect(others).toEqual({ replaced: 0, refused: 0, failed: 0, notTried: 0, lines: links.length, dryRun: false });
}

(withoutBinary === null ? describe : describe.skip)(`exports and imports are whole (E17)${withoutBinary ?? ''}`, () => {
  let folder: string;
  let redis: LocalRedis;
  let raw: Redis;
  let service: Service;
  const keeping = (): readonly string[] => ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulk-aof-'));
    redis = await startRedis({ args: keeping() });
    raw = rawRedis(redis.url);
    service = await serviceAt(redis.url);
  });

  afterEach(async () => {
    raw.disconnect();
    await service.close();
    await redis.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([300, 1000])('when Redis pauses for %d ms', async (ms) => {
    const pause = (): Promise<unknown> => raw.call('CLIENT', 'PAUSE', ms);
    const links = await storeLinks(raw, MANY);
    expectWhole(await linesDuring(exportOf(service), pause), links);
    const more = newLinks(MANY_IMPORTED);
    expectAllStored(await linesDuring(importOf(service, more), pause), more);
  });

  it('when Redis is killed and started again', async () => {
    const restart = async (): Promise<void> => {
      const { port } = redis;
      await redis.kill();
      redis = await startRedis({ port, args: keeping() });
    };
    const stored = await storeLinks(raw, MANY);
    const more = newLinks(MANY_IMPORTED);
    expectAllStored(await linesDuring(importOf(service, more), restart), more);
    expectWhole(await linesDuring(exportOf(service), restart), [...stored, ...more]);
  });
});

(withoutBinary === null ? describe : describe.skip)(`with sentinels${withoutBinary ?? ''}`, () => {
  let sentinel: LocalSentinel;
  let service: Service;

  beforeEach(async () => {
    sentinel = await startRedisSentinel();
    service = await serviceAt(sentinel.url);
  });

  afterEach(async () => {
    await service.close();
    await sentinel.kill();
  });

  it('an export continues at the new primary (E17)', async () => {
    const primary = await sentinel.primary();
    const raw = rawRedis(primary.url);
    const links = await storeLinks(raw, MANY);
    await raw.wait(1, 0);
    raw.disconnect();
    expectWhole(await linesDuring(exportOf(service), () => primary.kill()), links);
  });
});
