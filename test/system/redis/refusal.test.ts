import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { NO_COPIES, PATIENT, underLoad, usesRedis } from '../../redis/load.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

const linkStatus = async (service: Service): Promise<number> => {
  const { customerId, billingCustomerId } = stage.customer();
  return (await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId })).status;
};

describe('under load, a Redis that answers with errors fails no read, makes links 503, and is used again once it works (F26):', () => {
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
    // Time is real, because some reads meet a connection that was just lost. No result depends on it.
    const service = await stage.service({ ...PATIENT, ...NO_COPIES }, { time: 'real' });
    const statuses = await underLoad(stage, service, async () => {
      expect(await usesRedis(stage, service)).toBe(true);
      await harm();
      await eventually('Redis is not used', async () => !(await usesRedis(stage, service)));
      expect(await linkStatus(service)).toBe(503);
      await heal();
      await eventually('Redis is used again', () => usesRedis(stage, service));
      expect(await linkStatus(service)).toBe(201);
    });
    expect(statuses).toEqual({ '200': expect.any(Number) });
  });
});
