import { dueAt, isUsable, type Part } from './part.ts';

/** What a read demands of the parts it is answered with; the request's `Cache-Control` (RFC 9111, section 5.2.1). */
export interface Demand {
  /** `no-cache`, `max-age`: parts fetched before this moment (epoch ms) are asked for again. */
  readonly notBefore: number;
  /** `min-fresh`: parts must be fresh for so long yet. */
  readonly minFreshMs: number;
  /** `max-stale`: what is stale no longer than this is welcome at once. null: not said. */
  readonly maxStaleMs: number | null;
  /** No source is asked. */
  readonly onlyIfCached: boolean;
}

export const NO_DEMAND: Demand = { notBefore: -Infinity, minFreshMs: 0, maxStaleMs: null, onlyIfCached: false };

/** Whether the source must be asked now. One that has just failed is not asked again, whatever the directives. */
export function needsRefresh(part: Part | undefined, now: number, demand: Demand): boolean {
  if (!part) return true;
  if (part.failure) return now >= dueAt(part);
  return part.fetchedAt < demand.notBefore || now + demand.minFreshMs >= part.freshUntil;
}

/** Whether a part that is due may be answered with all the same, while it is asked for behind the answer. */
export function canServeStale(part: Part, now: number, { notBefore, minFreshMs, maxStaleMs }: Demand): boolean {
  return (
    isUsable(part, now) &&
    part.fetchedAt >= notBefore &&
    (minFreshMs === 0 || now + minFreshMs < part.freshUntil) &&
    (maxStaleMs === null || now - part.freshUntil <= maxStaleMs)
  );
}
