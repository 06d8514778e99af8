import { Redis } from 'ioredis';

/** A connection to look into Redis and to tamper with it. It says nothing when Redis is ended before it. */
export function rawRedis(url: string): Redis {
  // The client waits this long for the end of a connection that has already ended.
  const raw = new Redis(url, { disconnectTimeout: 100 });
  raw.on('error', () => undefined); // A command fails with it.
  return raw;
}
