import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisParts, redisParts, type Relay, startRelay } from './parts.ts';

const CHANNEL = 'test:events';

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

async function listening(url = `redis://127.0.0.1:${relay.port}`): Promise<RedisParts> {
  parts = await redisParts({ REDIS_URL: url, REDIS_TIMEOUT_MS: '200' });
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

const subscribed = (times: number): Promise<void> =>
  eventually('the channel is subscribed', () => parts?.subscription.subscribed === true && subscriptions === times);

describe('a subscription', () => {
  it('hears what is published, tells that it is subscribed, and outlives a listener that fails', async () => {
    const { events } = await listening();
    await subscribed(1);
    for (const message of ['one', 'bad', 'two']) await raw.publish(CHANNEL, message);
    await raw.publish('test:others', 'not for us');
    await eventually('all is heard', () => heard.length === 3);
    expect(heard).toEqual(['one', 'bad', 'two']);
    expect(events.filter((event) => event === 'redis_listener_failed')).toHaveLength(1);
  });

  it('whose connection is closed is made anew, which is told', async () => {
    await listening();
    await subscribed(1);
    await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await subscribed(2);
    await raw.publish(CHANNEL, 'after');
    await eventually('it is heard', () => heard.includes('after'));
  });

  it('whose connection silently carries nothing any more is not called subscribed for longer than 2 s', async () => {
    await listening();
    await subscribed(1);
    relay.hold();
    await eventually('it is noticed', () => parts?.subscription.subscribed === false, 2000);
    relay.flow();
    await subscribed(2);
    await raw.publish(CHANNEL, 'after');
    await eventually('it is heard', () => heard.includes('after'));
  });

  it('that Redis was not there for comes when it does', async () => {
    const { port } = redis;
    await listening();
    await subscribed(1);
    await redis.kill();
    await eventually('it is noticed', () => parts?.subscription.subscribed === false);
    redis = await startRedis({ port });
    await subscribed(2);
  });

  it('that this user may not have is told once, and is not called subscribed', async () => {
    await raw.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '+@all', 'resetchannels');
    const { events } = await listening(`redis://few:pw@127.0.0.1:${relay.port}`);
    await eventually('it is told', () => events.includes('redis_subscription_refused'));
    expect(parts?.subscription.subscribed).toBe(false);
    expect(subscriptions).toBe(0);
  });

  it('ends at once when it is closed', async () => {
    const { subscription } = await listening();
    await subscribed(1);
    subscription.onApplicationShutdown();
    await eventually('nobody listens', async () => {
      const [, listeners] = (await raw.pubsub('NUMSUB', CHANNEL)) as [string, number];
      return listeners === 0;
    });
    expect(subscription.subscribed).toBe(false);
  });
});
