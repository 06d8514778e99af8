import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { credentials } from '../../../sandbox/credentials.ts';
import { CacheBus } from '../../../src/profile-cache/cache-bus.ts';
import { type Heard, MemoryCache } from '../../../src/profile-cache/memory-cache.ts';
import { metric, openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';
import { importFile, newLinks, toLines } from '../ndjson.ts';

const LINKS_OF_ONE_FILE = 60_000;
const REMEMBERED = 10_000;
const CHUNK_SIZE = 5000;
const organisation = credentials.billing.organisation;

let stage: Stage;
let importing: Service;
let listening: Service;

beforeAll(async () => {
  stage = await openStage();
  [importing, listening] = await stage.pair();
});

afterAll(() => stage.close());

const received = (): Promise<number> => metric(listening, 'profile_cache_invalidations_total{direction="received"}');

it('a process that only listens hears of each imported link, and remembers a bounded number of them (K1)', async () => {
  const memory = listening.app.get(MemoryCache, { strict: false });
  const heardAfter = new Map<number, Heard>();
  const { lines } = await importFile(importing.url, toLines(newLinks(300)));
  expect(lines.at(-1)?.summary).toMatchObject({ created: 300 });
  await eventually('it has heard of all', async () => (await received()) === 300);
  // The others as the import would announce them, only faster.
  for (let sent = 300; sent < LINKS_OF_ONE_FILE; sent += CHUNK_SIZE) {
    const events = stage.raw.pipeline();
    for (const { customerId } of newLinks(Math.min(CHUNK_SIZE, LINKS_OF_ONE_FILE - sent)))
      events.publish(
        listening.app.get(CacheBus, { strict: false }).channel,
        `${randomUUID()} forgotten ${organisation}:${customerId}`,
      );
    await events.exec();
    const soFar = Math.min(sent + CHUNK_SIZE, LINKS_OF_ONE_FILE);
    await eventually('it has heard of them', async () => (await received()) === soFar);
    heardAfter.set(LINKS_OF_ONE_FILE - soFar, memory.heard());
  }
  // A customer that is not remembered counts as invalidated with the last one that was dropped.
  const never = { organisation, customerId: 'never-seen' };
  for (const [later, heard] of heardAfter) expect(memory.isInvalidatedSince(never, heard)).toBe(later > REMEMBERED);
});
