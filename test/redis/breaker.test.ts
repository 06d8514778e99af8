import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { RedisUnavailable } from '../../src/redis/redis.connection.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisParts, redisParts, type Relay, startRelay } from './parts.ts';

const TIMEOUT_MS = 500;
/** A machine under load answers that much later. */
const SLACK_MS = 400;

let redis: LocalRedis;
let relay: Relay;
let parts: RedisParts;

beforeEach(async () => {
  redis = await startRedis();
  relay = await startRelay(redis.port);
  parts = await redisParts({ REDIS_URL: `redis://127.0.0.1:${relay.port}`, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
});

afterEach(async () => {
  redis.thaw();
  parts.close();
  await relay.close();
  await redis.kill();
});

interface Asked {
  readonly outcome: 'answered' | 'unavailable' | 'error';
  readonly elapsedMs: number;
}

async function ask(): Promise<Asked> {
  const startedAt = performance.now();
  const outcome = await parts.connection
    .run((client) => client.get('key'))
    .then(
      () => 'answered' as const,
      (error: unknown) => (error instanceof RedisUnavailable ? ('unavailable' as const) : ('error' as const)),
    );
  return { outcome, elapsedMs: performance.now() - startedAt };
}

const count = async (labels: object): Promise<number> => {
  const text = await parts.metrics.registry.getSingleMetricAsString('db_client_operation_duration_seconds');
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${String(value)}"`);
  const line = text.split('\n').find((one) => one.includes('_count') && wanted.every((label) => one.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('a Redis that freezes under 50 commands', () => {
  it('costs each of them its timeout at most, those after them nothing, and is used again by itself once it is thawed', async () => {
    expect(await ask()).toMatchObject({ outcome: 'answered' });
    redis.freeze();
    for (const { outcome, elapsedMs } of await Promise.all(Array.from({ length: 50 }, ask))) {
      expect(outcome).toBe('unavailable');
      expect(elapsedMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    }
    expect(parts.connection.breakerState).toBe('open');
    const startedAt = performance.now();
    for (let asked = 0; asked < 1000; asked += 1) expect((await ask()).outcome).toBe('unavailable');
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS);
    redis.thaw();
    // Nobody asks meanwhile: the breaker finds out by itself.
    await eventually('it is closed', () => parts.connection.breakerState === 'closed');
    expect(await ask()).toMatchObject({ outcome: 'answered' });
  });

  it('stays shut out while it is frozen, for seconds, without anybody waiting for its probes', async () => {
    redis.freeze();
    await Promise.all([ask(), ask()]);
    const endsAt = performance.now() + 3500;
    let slowestMs = 0;
    while (performance.now() < endsAt) {
      const { outcome, elapsedMs } = await ask();
      expect(outcome).toBe('unavailable');
      slowestMs = Math.max(slowestMs, elapsedMs);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(slowestMs).toBeLessThan(TIMEOUT_MS);
  });
});

describe('the breaker', () => {
  it('stays closed at error replies that are answers, each of which is thrown as it is', async () => {
    await parts.connection.run((client) => client.set('key', 'text'));
    for (let asked = 0; asked < 20; asked += 1)
      await expect(parts.connection.run((client) => client.hget('key', 'field'))).rejects.toThrow(/^WRONGTYPE/);
    expect(parts.connection.breakerState).toBe('closed');
    expect(await count({ db_operation_name: 'hget', outcome: 'error_reply' })).toBe(20);
  });

  it.each(['LOADING', 'CLUSTERDOWN', 'MASTERDOWN', 'TRYAGAIN'])(
    'opens at %s, and the reply is thrown',
    async (word) => {
      const reply = `return redis.error_reply('${word} not now')`;
      for (let asked = 0; asked < 2; asked += 1)
        await expect(parts.connection.run((client) => client.eval(reply, 0))).rejects.toThrow(word);
      expect(parts.connection.breakerState).toBe('open');
      await expect(parts.connection.run((client) => client.get('key'))).rejects.toThrow(RedisUnavailable);
      await eventually('it is closed', () => parts.connection.breakerState === 'closed');
    },
  );

  it('stays closed when what was answered cannot be read, and hands on who says so', async () => {
    for (let asked = 0; asked < 20; asked += 1)
      await expect(
        parts.connection.run(async (client) => {
          await client.get('key');
          throw new TypeError('not readable');
        }),
      ).rejects.toThrow(TypeError);
    expect(parts.connection.breakerState).toBe('closed');
  });

  it('stays closed after a single command that was not answered in time', async () => {
    relay.hold();
    expect(await ask()).toMatchObject({ outcome: 'unavailable' });
    expect(parts.connection.breakerState).toBe('closed');
  });

  it('is closed by a new connection, before its own probe', async () => {
    const loading = "return redis.error_reply('LOADING not now')";
    for (let asked = 0; asked < 2; asked += 1) await parts.connection.attempt((client) => client.eval(loading, 0));
    expect(parts.connection.breakerState).toBe('open');
    const raw = new Redis(redis.url);
    await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    raw.disconnect();
    await eventually('it is closed', () => parts.connection.breakerState === 'closed', 700);
    expect(await ask()).toMatchObject({ outcome: 'answered' });
  });
});

describe('attempt', () => {
  it('is undefined where run throws: at once while the breaker is open, and for an error reply', async () => {
    await parts.connection.run((client) => client.set('key', 'text'));
    expect(await parts.connection.attempt((client) => client.get('key'))).toBe('text');
    expect(await parts.connection.attempt((client) => client.hget('key', 'field'))).toBeUndefined();
    relay.hold();
    await Promise.all([ask(), ask()]);
    expect(await parts.connection.attempt((client) => client.get('key'))).toBeUndefined();
  });
});

describe('the metrics of commands', () => {
  it('count them by the name of the command, a transaction by MULTI, and never by key', async () => {
    await parts.connection.run((client) => client.hmget('secret-key', 'a'));
    await parts.connection.run((client) => client.multi().set('secret-key-2', '1').get('secret-key-2').exec());
    await parts.connection.run((client) => client.eval('return 1', 1, 'secret-key'));
    for (const name of ['hmget', 'multi', 'eval'])
      expect(await count({ db_operation_name: name, outcome: 'ok' })).toBe(1);
    expect(await parts.metrics.registry.metrics()).not.toContain('secret-key');
  });
});
