import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisParts, redisParts } from './parts.ts';

const TIMEOUT_MS = 10_000;
const SLOW_MS = TIMEOUT_MS / 2;
/** The breaker probes after this time at the latest. */
const MAX_OPEN_MS = 1200;

let redis: LocalRedis;
let parts: RedisParts;

beforeEach(async () => {
  redis = await startRedis();
  parts = await redisParts({ REDIS_URL: redis.url, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
  await get();
});

afterEach(async () => {
  redis.thaw();
  parts.close();
  await redis.kill();
});

const get = (): Promise<unknown> => parts.connection.run((client) => client.get('key'));
const state = (): string => parts.connection.breakerState;
const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

/** Commands that are sent together, and answered after so long. */
async function answeredAfter(ms: number, commands = 1): Promise<void> {
  redis.freeze();
  const asked = Array.from({ length: commands }, get);
  parts.clock.advance(ms);
  await turn();
  await turn();
  redis.thaw();
  await Promise.all(asked);
}

async function inRow(times: number, ask: () => Promise<unknown>): Promise<void> {
  for (let asked = 0; asked < times; asked += 1) await ask();
}

/** Redis answers while this process does nothing else, not even read. */
async function answeredWhileBusy(ms: number): Promise<void> {
  const asked = get();
  await turn(); // It is sent.
  const ask = `require('net').connect(${redis.port}).on('data', () => process.exit()).write('PING\\r\\n')`;
  execFileSync(process.execPath, ['-e', ask]);
  parts.clock.advance(ms);
  await asked;
}

const CLOSED: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['a single slow command', () => answeredAfter(SLOW_MS)],
  ['nine slow commands in a row', () => inRow(9, () => answeredAfter(SLOW_MS))],
  ['thirty commands that one big command delays', () => answeredAfter(SLOW_MS, 30)],
  ['nine such delays, with a quick command before nine more', async () => {
    await inRow(9, () => answeredAfter(SLOW_MS, 3));
    await get();
    await inRow(9, () => answeredAfter(SLOW_MS, 3));
  }],
  ['thirty commands that are just not slow', () => inRow(30, () => answeredAfter(SLOW_MS - 1))],
  ['twelve answers that came while this process was busy', () => inRow(12, () => answeredWhileBusy(SLOW_MS))],
]; // prettier-ignore

describe('the breaker of Redis', () => {
  it.each(CLOSED)('stays closed after %s (U5)', async (_title, meet) => {
    await meet();
    expect(state()).toBe('closed');
  });

  it.each([SLOW_MS, SLOW_MS + 1, TIMEOUT_MS - 1])(
    'opens at the tenth command in a row that takes %i ms of 10000 (U5)',
    async (ms) => {
      await inRow(9, () => answeredAfter(ms, 2));
      expect(state()).toBe('closed');
      await answeredAfter(ms);
      expect(state()).toBe('open');
      await expect(get()).rejects.toThrow();
    },
  );

  it('stays open while its probe is slow, and closes at a quick one (U5)', async () => {
    await inRow(10, () => answeredAfter(SLOW_MS));
    for (let probes = 0; probes < 3; probes += 1) {
      redis.freeze();
      parts.clock.advance(MAX_OPEN_MS);
      expect(state()).toBe('half-open');
      await turn();
      parts.clock.advance(SLOW_MS);
      await turn();
      await turn();
      redis.thaw();
      await eventually('the probe is answered', () => state() === 'open');
    }
    parts.clock.advance(MAX_OPEN_MS);
    await eventually('it is closed', () => state() === 'closed');
    await get();
  });
});
