import { type Redis } from 'ioredis';

/**
 * So much time passes for what expires in Redis: what would have expired is gone, the rest lives that much shorter. For a test
 * that moves its service's clock.
 */
export async function advanceRedis(raw: Redis, ms: number): Promise<void> {
  for (const key of await raw.keys('*')) {
    const leftMs = await raw.pttl(key);
    if (leftMs >= 0 && leftMs <= ms) await raw.del(key);
    else if (leftMs > 0) await raw.pexpire(key, leftMs - ms);
  }
}
