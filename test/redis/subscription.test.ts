import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisParts, redisParts, type Relay, startRelay } from './parts.ts';

const CHANNEL = 'test:events';
/** The longest wait before an attempt to connect, and what lies between two signs of life. */
const SECOND_MS = 1000;
const AFTER_REFUSAL_MS = 10_000;

let redis: LocalRedis;
let relay: Relay;
let raw: Redis;
let parts: RedisParts | null;
let heard: string[];
let subscriptions: number;

beforeEach(async () => {
  redis = await startRedis();
  relay = await startRelay(redis.port);
  raw = new Redis(redis.url);
  raw.on('error', () => undefined); // A test ends Redis before this connection.
  parts = null;
  heard = [];
  subscriptions = 0;
});

afterEach(async () => {
  parts?.close();
  raw.disconnect();
  await relay.close();
  await redis.kill();
});

interface Listening {
  readonly url?: string;
  readonly timeoutMs?: number;
}

async function listening({
  url = `redis://127.0.0.1:${relay.port}`,
  timeoutMs = 9_000,
}: Listening = {}): Promise<RedisParts> {
  parts = await redisParts({ REDIS_URL: url, REDIS_TIMEOUT_MS: String(timeoutMs) });
  parts.subscription.listen(CHANNEL, {
    onMessage: (message) => {
      heard.push(message);
      if (message === 'bad') throw new Error('a listener that fails');
    },
    onSubscribed: () => {
      subscriptions += 1;
    },
  });
  parts.start();
  return parts;
}

/** Waits until it is so. Each wait before an attempt to connect passes as it comes. */
const inTime = (what: string, isSo: () => boolean): Promise<void> =>
  eventually(what, () => {
    if (isSo()) return true;
    if (parts?.clock.isSet((ms) => ms <= SECOND_MS)) parts.clock.advance(SECOND_MS);
    return false;
  });

const subscribed = (times: number): Promise<void> =>
  inTime('the channel is subscribed', () => parts?.subscription.subscribed === true && subscriptions >= times);

const hearsAgain = (): Promise<void> =>
  eventually('it is heard', async () => {
    await raw.publish(CHANNEL, 'after');
    return heard.includes('after');
  });

describe('a subscription', () => {
  it('receives published messages, reports that it is subscribed, and outlives a listener that fails', async () => {
    const { events } = await listening();
    await subscribed(1);
    for (const message of ['one', 'bad', 'two']) await raw.publish(CHANNEL, message);
    await raw.publish('test:others', 'not for us');
    await eventually('all is heard', () => heard.length === 3);
    expect(heard).toEqual(['one', 'bad', 'two']);
    expect(events.filter((event) => event === 'redis_listener_failed')).toHaveLength(1);
  });

  it('reconnects when its connection is closed, and reports it', async () => {
    await listening();
    await subscribed(1);
    await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await subscribed(2);
    await hearsAgain();
  });

  it('sends a PING within a second on a connection that went silent, and gives it up without an answer', async () => {
    const { clock, subscription } = await listening({ timeoutMs: 2000 });
    await subscribed(1);
    relay.hold();
    await clock.whenSet((ms) => ms === SECOND_MS);
    clock.advance(SECOND_MS);
    await clock.whenSet((ms) => ms === 2000);
    clock.advance(2000);
    await eventually('it is noticed', () => !subscription.subscribed);
    relay.flow();
    await subscribed(2);
    await hearsAgain();
  });

  it('begins when a Redis that was missing at the start comes up', async () => {
    const { port } = redis;
    await listening();
    await subscribed(1);
    await redis.kill();
    await eventually('it is noticed', () => parts?.subscription.subscribed === false);
    redis = await startRedis({ port });
    await subscribed(2);
  });

  it('is logged once when this user may not have it, however often it is tried, and does not count as subscribed', async () => {
    await raw.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '+@all', 'resetchannels');
    const { clock, events, subscription } = await listening({ url: `redis://few:pw@127.0.0.1:${relay.port}` });
    await inTime('it is logged', () => events.includes('redis_subscription_refused'));
    for (let attempts = 0; attempts < 3; attempts += 1) {
      await clock.whenSet((ms) => ms === AFTER_REFUSAL_MS);
      clock.advance(AFTER_REFUSAL_MS);
    }
    expect(events.filter((event) => event === 'redis_subscription_refused')).toHaveLength(1);
    expect(subscription.subscribed).toBe(false);
    expect(subscriptions).toBe(0);
  });

  it('ends at once when it is closed', async () => {
    const { subscription } = await listening();
    await subscribed(1);
    subscription.onApplicationShutdown();
    await eventually('no client is subscribed', async () => {
      const [, listeners] = (await raw.pubsub('NUMSUB', CHANNEL)) as [string, number];
      return listeners === 0;
    });
    expect(subscription.subscribed).toBe(false);
  });
});
