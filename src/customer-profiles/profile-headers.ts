import { type Part } from '../profile-cache/part.ts';
import { type CacheOutcome, type ProfileAnswer } from './customer-profiles.service.ts';

/**
 * The answer's caching headers: `Age` of the oldest part and `Cache-Control` (RFC 9111), `Cache-Status` (RFC 9211), and
 * `Profile-Complete`, a structured boolean (RFC 9651).
 */
export function profileHeaders({ parts, profile, cache }: ProfileAnswer, now: number): Record<string, string> {
  const all: readonly Part[] = Object.values(parts);
  const secondsUntilDue = Math.min(...all.map((part) => seconds((part.failure?.retryAt ?? part.freshUntil) - now)));
  const ageSeconds = Math.max(0, ...all.map((part) => seconds(now - part.fetchedAt)));
  return {
    age: String(ageSeconds),
    // A recipient counts Age against max-age: what is left of it is the time until the first part is due.
    'cache-control': `private, max-age=${ageSeconds + Math.max(0, secondsUntilDue)}`,
    'cache-status': cacheStatus(cache, secondsUntilDue),
    'profile-complete': profile.complete ? '?1' : '?0',
  };
}

/** What the request's log line says of the cache. */
export function cacheLabel(cache: CacheOutcome): string {
  if (!cache.hit) return cache.reason;
  return cache.refreshing ? 'hit-stale' : `hit-${cache.level}`;
}

function cacheStatus(cache: CacheOutcome, ttlSeconds: number): string {
  // A negative ttl says how long ago it was due (RFC 9211, section 2.4).
  if (cache.hit)
    return `customer-profiles; hit; ttl=${ttlSeconds}; detail=${cache.refreshing ? 'refreshing' : cache.level}`;
  return `customer-profiles; fwd=${cache.reason}${cache.collapsed ? '; collapsed' : ''}`;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
