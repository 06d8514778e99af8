import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { NO_COPIES, readProfile } from './load.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

describe('a Redis that takes no writes (F26)', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['full (OOM)', () => stage.raw.config('SET', 'maxmemory', '1')],
    ['a replica (READONLY)', () => stage.raw.replicaof('127.0.0.1', '1')],
  ])('still answers from its entries, while other customers are fetched: %s', async (_title, harm) => {
    const service = await stage.service(NO_COPIES);
    const customer = stage.customer();
    await readProfile(service, customer);
    await stage.kept(customer);
    await harm();
    const isHit = async (): Promise<boolean> =>
      (await readProfile(service, customer)).cacheStatus.endsWith('detail=redis');
    // The first refused command may cause a reconnect; the next reconnect is 5 s later at the earliest.
    await readProfile(service, stage.customer());
    await eventually('it answers', isHit);
    for (let reads = 0; reads < 20; reads += 1) {
      expect((await readProfile(service, stage.customer())).status).toBe(200);
      expect(await isHit()).toBe(true);
    }
  });
});
