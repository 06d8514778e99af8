import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Config } from '../../src/config/config.ts';
import { WideInvalidations } from '../../src/profile-cache/wide/wide-invalidations.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { readProfile } from './load.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

it.each<[string, (list: readonly unknown[]) => unknown]>([
  ['an empty list', () => []],
  ['texts', (list) => list.map(() => 'a')],
  ['lists', (list) => list.map(() => [1])],
  ['a longer list', (list) => [...list, 1]],
])(
  'a read that gets %s in the place of each list of Redis waits for nothing, and the process keeps no such number (F26)',
  async (_title, garbage) => {
    const service = await stage.service();
    const connection = service.app.get(RedisConnection, { strict: false });
    const run = connection.run.bind(connection);
    let lists = 0;
    connection.run = async (...asked) => {
      const reply = await run(...asked);
      if (!Array.isArray(reply)) return reply;
      lists += 1;
      return garbage(reply) as typeof reply;
    };
    await service.app.get(WideInvalidations, { strict: false }).pollAll();
    const { status, body } = await readProfile(service, stage.customer());
    expect({ status, body }).toMatchObject({ status: 200, body: { complete: true } });
    expect(lists).toBeGreaterThan(2);
    const { organisations } = service.app.get(Config);
    const { last } = service.app.get(WideInvalidations, { strict: false }).of(organisations.only?.id ?? '');
    expect(last).not.toBeNaN();
  },
);
