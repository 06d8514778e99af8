import { type Clock } from '../config/clock.ts';
import { type Demand, NO_DEMAND } from '../profile-cache/demand.ts';

/** `name` or `name=token` or `name="text"` of a comma-separated list (RFC 9111, section 5.2). */
const DIRECTIVE = /^\s*([a-z-]+)\s*(?:=\s*(?:"(\d+)"|(\d+)))?\s*$/i;
/** A comma within quotes separates nothing. */
const ITEM = /(?:"[^"]*"|[^,])+/g;
/** What is longer is taken for this (RFC 9111, section 1.2.2). */
const MAX_SECONDS = 2_147_483_648;

/**
 * What the request's `Cache-Control` demands. Directives that are malformed, unknown or irrelevant are ignored, as
 * RFC 9111 says; of two that limit the same the stricter one holds.
 */
export function requestDemand(cacheControl: string | undefined, clock: Clock): Demand {
  if (cacheControl === undefined) return NO_DEMAND;
  const now = clock.now();
  let { notBefore, minFreshMs, maxStaleMs, onlyIfCached } = NO_DEMAND;
  for (const item of cacheControl.match(ITEM) ?? []) {
    const [, name = '', quoted, plain] = DIRECTIVE.exec(item) ?? [];
    const digits = quoted ?? plain;
    const ms = digits === undefined ? null : Math.min(Number(digits), MAX_SECONDS) * 1000;
    switch (name.toLowerCase()) {
      case 'no-cache':
        notBefore = Math.max(notBefore, now);
        break;
      case 'max-age':
        if (ms !== null) notBefore = Math.max(notBefore, now - ms);
        break;
      case 'min-fresh':
        if (ms !== null) minFreshMs = Math.max(minFreshMs, ms);
        break;
      case 'max-stale':
        if (!item.includes('=') || ms !== null) maxStaleMs = Math.min(maxStaleMs ?? Infinity, ms ?? Infinity);
        break;
      case 'only-if-cached':
        onlyIfCached = true;
        break;
    }
  }
  return { notBefore, minFreshMs, maxStaleMs, onlyIfCached };
}
