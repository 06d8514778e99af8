import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer, type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { exportAll, importFile, LINKS, newLink, newLinks, toLines } from '../../customer-links/ndjson.ts';
import { PATIENT } from '../../redis/load.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';

// Valkey as WebAssembly keeps nothing on disk.
const withRedisServer = findRedisServer() === null ? it.skip : it;

let folder: string;
let redis: LocalRedis;
let service: Service;

const keeping = (): readonly string[] => ['--appendonly', 'yes', '--dir', folder];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'links-aof-'));
  if (findRedisServer() === null) return;
  redis = await startRedis({ args: keeping() });
  service = await startService(sandboxVariables('http://127.0.0.1:9', { ...PATIENT, REDIS_URL: redis.url }), {
    time: 'real',
  });
  await reached();
});

afterAll(async () => {
  if (findRedisServer() !== null) {
    await service.close();
    await redis.kill();
  }
  rmSync(folder, { recursive: true, force: true });
});

const reached = (): Promise<void> =>
  eventually('Redis is reached', async () => (await fetch(`${service.url}${LINKS}`)).status === 200);

/** Kills Redis as a power cut would, and restarts it from its file. */
async function restart(): Promise<void> {
  const { port } = redis;
  await redis.kill();
  redis = await startRedis({ port, args: keeping() });
  await reached();
}

withRedisServer('links, their history, their ETags and the lists survive the end of a Redis with an append-only file (needs redis-server)', async () => {
  const [replaced, removed] = [newLink(), newLink()];
  const put = (customerId: string, billingCustomerId: string): PromiseLike<unknown> =>
    service.http.put(`${LINKS}/${customerId}`).send({ billingCustomerId });
  await put(replaced.customerId, newLink().billingCustomerId);
  await put(replaced.customerId, replaced.billingCustomerId);
  await put(removed.customerId, removed.billingCustomerId);
  await service.http.delete(`${LINKS}/${removed.customerId}`).expect(204);
  await importFile(service.url, toLines(newLinks(2000)));
  const before = await service.http.get(`${LINKS}/${replaced.customerId}`).expect(200);
  const exported = await exportAll(service.url);

  await restart();

  const after = await service.http.get(`${LINKS}/${replaced.customerId}`).expect(200);
  expect([after.body, after.headers.etag]).toEqual([before.body, before.headers.etag]);
  expect(after.body.history).toHaveLength(1);
  expect((await exportAll(service.url)).text).toBe(exported.text);
  const { body } = await service.http.get(`${LINKS}?billingCustomerId=${replaced.billingCustomerId}`).expect(200);
  expect(body.links).toMatchObject([replaced]);
  await service.http.get(`${LINKS}/${removed.customerId}`).expect(404);
}); // prettier-ignore

withRedisServer('nothing of a link ever has an expiry, before or after (needs redis-server)', async () => {
  await importFile(service.url, toLines(newLinks(50)));
  await restart();
  const raw = rawRedis(redis.url);
  const keys = await raw.keys('customer-links:*');
  expect(keys.length).toBeGreaterThan(50);
  const times = await Promise.all(keys.map((key) => raw.ttl(key)));
  expect(new Set(times)).toEqual(new Set([-1]));
  raw.disconnect();
}); // prettier-ignore
