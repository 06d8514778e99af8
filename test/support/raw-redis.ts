import { Redis } from 'ioredis';

/** A connection to look into Redis and to tamper with it. It says nothing when Redis is ended before it. */
export function rawRedis(url: string): Redis {
  const raw = new Redis(url);
  raw.on('error', () => undefined); // A command fails with it.
  return raw;
}
