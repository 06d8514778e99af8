import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { RedisUnavailable } from '../../src/redis/redis-errors.ts';
import { eventually } from '../support/eventually.ts';
import { seriesOf } from '../support/exposition.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type RedisParts, redisParts, type Relay, startRelay } from './parts.ts';

/** Twice this is the client's own socket timeout, in real time; no test takes that long. */
const TIMEOUT_MS = 10_000;
/** The breaker probes after this time at the latest. */
const MAX_OPEN_MS = 1200;

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
  const startedAt = parts.clock.monotonic();
  const outcome = await parts.connection
    .run((client) => client.get('key'))
    .then(
      () => 'answered' as const,
      (error: unknown) => (error instanceof RedisUnavailable ? ('unavailable' as const) : ('error' as const)),
    );
  return { outcome, elapsedMs: Math.round(parts.clock.monotonic() - startedAt) };
}

/** Sends this many commands at once to a Redis that does not answer, and lets them time out. */
function askWithoutAnswer(times: number): Promise<readonly Asked[]> {
  const asked = Array.from({ length: times }, ask);
  parts.clock.advance(TIMEOUT_MS);
  return Promise.all(asked);
}

const state = (): string => parts.connection.breakerState;

async function closedAgain(): Promise<void> {
  parts.clock.advance(MAX_OPEN_MS);
  await eventually('it is closed', () => state() === 'closed');
}

const notAsked = async (): Promise<number> => {
  const text = await parts.metrics.registry.getSingleMetricAsString('redis_not_asked_total');
  return Number(text.split(' ').at(-1));
};

const count = async (labels: Record<string, string>): Promise<number> => {
  const text = await parts.metrics.registry.getSingleMetricAsString('db_client_operation_duration_seconds');
  return seriesOf(text, 'db_client_operation_duration_seconds_count', labels)[0]?.value ?? 0;
};

describe('a Redis that freezes under 50 commands', () => {
  it('costs each of them its timeout, costs later commands nothing, and is used again once it is thawed', async () => {
    expect(await ask()).toMatchObject({ outcome: 'answered' });
    redis.freeze();
    const asked = await askWithoutAnswer(50);
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ outcome: 'unavailable', elapsedMs: TIMEOUT_MS })]),
    );
    expect(state()).toBe('open');
    // No time passes, so a command that waited would never end.
    for (let times = 0; times < 1000; times += 1) expect((await ask()).outcome).toBe('unavailable');
    expect(await notAsked()).toBe(1000);
    redis.thaw();
    // No command is sent meanwhile; the breaker's own probe closes it.
    await closedAgain();
    expect(await ask()).toMatchObject({ outcome: 'answered' });
  });

  it('gets no commands while it is frozen, and no caller waits for a probe', async () => {
    redis.freeze();
    await askWithoutAnswer(2);
    for (let probes = 0; probes < 5; probes += 1) {
      expect(state()).toBe('open');
      parts.clock.advance(MAX_OPEN_MS);
      expect(state()).toBe('half-open');
      expect(await ask()).toEqual({ outcome: 'unavailable', elapsedMs: 0 });
      parts.clock.advance(TIMEOUT_MS);
      await eventually('the probe failed', () => state() === 'open');
      expect(await ask()).toEqual({ outcome: 'unavailable', elapsedMs: 0 });
    }
    expect(await count({ db_operation_name: 'ping', outcome: 'timeout' })).toBe(5);
  });
});

describe('the breaker', () => {
  it('is open for eight tenths of a second at least', async () => {
    relay.hold();
    await askWithoutAnswer(2);
    expect(state()).toBe('open');
    parts.clock.advance(799);
    expect(state()).toBe('open');
  });

  it('stays closed after error replies that are answers, and throws each unchanged', async () => {
    await parts.connection.run((client) => client.set('key', 'text'));
    for (let asked = 0; asked < 20; asked += 1)
      await expect(parts.connection.run((client) => client.hget('key', 'field'))).rejects.toThrow(/^WRONGTYPE/);
    expect(state()).toBe('closed');
    expect(await count({ db_operation_name: 'hget', outcome: 'error_reply' })).toBe(20);
  });

  it.each(['LOADING', 'CLUSTERDOWN', 'MASTERDOWN', 'TRYAGAIN'])('opens at %s, and throws the reply', async (word) => {
    const reply = `return redis.error_reply('${word} not now')`;
    for (let asked = 0; asked < 2; asked += 1)
      await expect(parts.connection.run((client) => client.eval(reply, 0))).rejects.toThrow(word);
    expect(state()).toBe('open');
    await expect(parts.connection.run((client) => client.get('key'))).rejects.toThrow(RedisUnavailable);
    await closedAgain();
  });

  it('stays closed when an answer cannot be read, and throws the error of the reader', async () => {
    for (let asked = 0; asked < 20; asked += 1)
      await expect(
        parts.connection.run(async (client) => {
          await client.get('key');
          throw new TypeError('not readable');
        }),
      ).rejects.toThrow(TypeError);
    expect(state()).toBe('closed');
  });

  it('stays closed after a single timeout', async () => {
    relay.hold();
    expect(await askWithoutAnswer(1)).toEqual([{ outcome: 'unavailable', elapsedMs: TIMEOUT_MS }]);
    expect(state()).toBe('closed');
  });

  it('is closed by a new connection, before its own probe', async () => {
    const loading = "return redis.error_reply('LOADING not now')";
    for (let asked = 0; asked < 2; asked += 1) await parts.connection.tryRun((client) => client.eval(loading, 0));
    expect(state()).toBe('open');
    const raw = rawRedis(redis.url);
    await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    raw.disconnect();
    // No time passes, so it sends no probe.
    await eventually('it is closed', () => state() === 'closed');
    expect(await ask()).toMatchObject({ outcome: 'answered' });
    expect(await count({ db_operation_name: 'ping' })).toBe(0);
  });
});

describe('tryRun', () => {
  it('is undefined where run throws: at once while the breaker is open, and for an error reply', async () => {
    await parts.connection.run((client) => client.set('key', 'text'));
    expect(await parts.connection.tryRun((client) => client.get('key'))).toBe('text');
    expect(await parts.connection.tryRun((client) => client.hget('key', 'field'))).toBeUndefined();
    relay.hold();
    await askWithoutAnswer(2);
    expect(await parts.connection.tryRun((client) => client.get('key'))).toBeUndefined();
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
