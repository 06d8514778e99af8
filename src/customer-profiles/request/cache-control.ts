import { type Clock, CLOCK_SKEW_MS } from '../../config/clock.ts';
import { type CacheDirectives, NO_DIRECTIVES } from '../../profile-refresh/cache-directives.ts';

/** `name` or `name=token` or `name="text"` of a comma-separated list (RFC 9111, section 5.2). */
const DIRECTIVE = /^\s*([a-z-]+)\s*(?:=\s*(?:"(\d+)"|(\d+)))?\s*$/;
/** A comma within quotes separates nothing. */
const ITEM = /(?:"[^"]*"|[^,])+/g;
/** Longer times count as this (RFC 9111, section 1.2.2). */
const MAX_SECONDS = 2_147_483_648;

/**
 * Parses the request's `Cache-Control`. Directives that are malformed, unknown or irrelevant are ignored, as RFC 9111 says;
 * of two for the same limit the stricter one applies.
 */
export function parseCacheControl(cacheControl: string | undefined, clock: Clock): CacheDirectives {
  if (cacheControl === undefined) return NO_DIRECTIVES;
  const now = clock.now();
  let { notBefore, minFreshMs, maxStaleMs, onlyIfCached } = NO_DIRECTIVES;
  for (const [item] of cacheControl.matchAll(ITEM)) {
    const found = DIRECTIVE.exec(item.toLowerCase());
    const digits = found?.[2] ?? found?.[3];
    const ms = digits === undefined ? null : Math.min(Number(digits), MAX_SECONDS) * 1000;
    switch (String(found?.[1])) {
      case 'no-cache':
        notBefore = Math.max(notBefore, now);
        break;
      case 'max-age':
        if (ms !== null) notBefore = Math.max(notBefore, now - ms);
        break;
      case 'min-fresh':
        minFreshMs = Math.max(minFreshMs, ms ?? 0);
        break;
      case 'max-stale':
        maxStaleMs = Math.min(maxStaleMs ?? Infinity, ms ?? Infinity);
        break;
      case 'only-if-cached':
        onlyIfCached = true;
        break;
    }
  }
  const skewMs = notBefore === now ? CLOCK_SKEW_MS : 0;
  return { notBefore, skewMs, minFreshMs, maxStaleMs, onlyIfCached };
}
