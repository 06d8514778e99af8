import { type Redis } from 'ioredis';

const QUOTA_BUCKET_MS = 250;

/**
 * So much time passes for everything in Redis: what would have expired is gone, the rest lives that much shorter, and what
 * the shared quota has counted is that much older. For a test that moves its service's clock and shares no clock with Redis.
 */
export async function advanceRedis(raw: Redis, ms: number): Promise<void> {
  for (const key of await raw.keys('*')) {
    const leftMs = await raw.pttl(key);
    if (leftMs >= 0 && leftMs <= ms) await raw.del(key);
    else if (leftMs > 0) await raw.pexpire(key, leftMs - ms);
    if (key.startsWith('upstream-quota:')) await ageQuota(raw, key, Math.round(ms / QUOTA_BUCKET_MS));
  }
}

async function ageQuota(raw: Redis, key: string, buckets: number): Promise<void> {
  const counts = Object.entries(await raw.hgetall(key));
  if (counts.length === 0) return;
  const ttl = await raw.pttl(key);
  await raw
    .multi()
    .del(key)
    .hset(key, Object.fromEntries(counts.map(([bucket, count]) => [String(Number(bucket) - buckets), count])))
    .pexpire(key, ttl)
    .exec();
}
