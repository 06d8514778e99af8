import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { timedRead, underLoad, usesRedis } from './load.ts';

let stage: Stage;
let service: Service;

beforeEach(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterEach(() => stage.close());

const linkStatus = async (): Promise<number> => {
  const { customerId, billingCustomerId } = stage.customer();
  return (await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId })).status;
};

describe('a Redis that answers with errors fails no read, refuses links with 503, and is used again once it is well:', () => {
  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['full (OOM)', () => stage.raw.config('SET', 'maxmemory', '1'), () => stage.raw.config('SET', 'maxmemory', '0')],
    ['a replica (READONLY)', () => stage.raw.replicaof('127.0.0.1', '1'), () => stage.raw.replicaof('NO', 'ONE')],
    [
      'asking for a password (NOAUTH)',
      async () => {
        await stage.raw.config('SET', 'requirepass', 'invented');
        await stage.raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      },
      () => stage.raw.config('SET', 'requirepass', ''),
    ],
  ])('%s', async (_title, harm, heal) => {
    const { statuses } = await underLoad(stage, service, async () => {
      expect(await usesRedis(stage, service)).toBe(true);
      await harm();
      await eventually('Redis is of no use', async () => !(await usesRedis(stage, service)));
      expect(await linkStatus()).toBe(503);
      await heal();
      await eventually('Redis is used again', () => usesRedis(stage, service));
      expect(await linkStatus()).toBe(201);
    });
    expect(statuses).toEqual({ '200': expect.any(Number) });
  });
});

describe('a Redis that takes no writes', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['full (OOM)', () => stage.raw.config('SET', 'maxmemory', '1')],
    ['a replica (READONLY)', () => stage.raw.replicaof('127.0.0.1', '1')],
  ])('still answers what it holds, while other customers are fetched: %s', async (_title, harm) => {
    const customer = stage.customer();
    await timedRead(service, customer);
    await harm();
    const hitBesideAWrite = async (): Promise<boolean> => {
      await timedRead(service, stage.customer());
      service.clock.pass(3);
      return (await timedRead(service, customer)).cacheStatus.endsWith('detail=redis');
    };
    // The first refused write may lead to a new connection.
    await eventually('it answers', hitBesideAWrite);
    const hits: boolean[] = [];
    for (let reads = 0; reads < 20; reads += 1) hits.push(await hitBesideAWrite());
    expect(new Set(hits)).toEqual(new Set([true]));
  });
});
