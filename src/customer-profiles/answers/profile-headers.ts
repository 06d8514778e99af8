import { type CacheOutcome, type ProfileAnswer } from './profile-answer.ts';

/**
 * The answer's validator and caching headers: `ETag` (RFC 9110), `Age` of the oldest part and `Cache-Control` (RFC 9111),
 * `Cache-Status` (RFC 9211), and `Profile-Complete`, a structured boolean (RFC 9651).
 */
export function profileHeaders({ response, cache }: ProfileAnswer, now: number): Record<string, string> {
  const secondsUntilDue = seconds(response.dueAt - now);
  const ageSeconds = Math.max(0, seconds(now - response.fetchedAt));
  return {
    'content-type': 'application/json; charset=utf-8',
    etag: response.etag,
    age: String(ageSeconds),
    // A recipient subtracts Age from max-age; the difference is the time until the first part is due.
    'cache-control': `private, max-age=${ageSeconds + Math.max(0, secondsUntilDue)}`,
    'cache-status': cacheStatus(cache, secondsUntilDue),
    'profile-complete': response.complete ? '?1' : '?0',
  };
}

/** The name of the outcome in the request's log line. */
export function cacheLabel(cache: CacheOutcome): string {
  if (!cache.hit) return cache.reason;
  return cache.isStale ? 'hit-stale' : `hit-${cache.level}`;
}

function cacheStatus(cache: CacheOutcome, ttlSeconds: number): string {
  // A negative ttl says how long ago it was due (RFC 9211, section 2.4).
  if (cache.hit) {
    const detail = cache.isStale ? (cache.isRefreshing ? 'refreshing' : 'stale') : cache.level;
    return `customer-profiles; hit; ttl=${ttlSeconds}; detail=${detail}`;
  }
  const { reason, status, collapsed, detail } = cache;
  return [
    `customer-profiles; fwd=${reason}`,
    ...(status === null ? [] : [`fwd-status=${status}`]),
    ...(collapsed ? ['collapsed'] : []),
    `ttl=${ttlSeconds}`,
    ...(detail === null ? [] : [`detail=${detail}`]),
  ].join('; ');
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
