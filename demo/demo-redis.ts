import { findRedisServer, startRedis } from '../sandbox/redis/local-redis.ts';

interface DemoRedis {
  /** undefined: none was found. */
  readonly url: string | undefined;
  readonly what: string;
  stop(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The Redis at REDIS_URL, or a redis-server of our own, or none. */
export async function findDemoRedis(): Promise<DemoRedis> {
  const named = process.env.REDIS_URL;
  if (named) return { url: named, what: 'the Redis at REDIS_URL', stop: nothing };
  if (findRedisServer() === null)
    return { url: undefined, what: 'the in-process copy (no REDIS_URL and no redis-server found)', stop: nothing };
  const redis = await startRedis();
  return { url: redis.url, what: `a real Redis at ${redis.url} (redis-server)`, stop: () => redis.kill() };
}
