import { type SourceName } from '../config/source-names.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { type WaitReason } from '../upstream/call-context.ts';

/** The result of a source: its part, fetched here or found in the cache, where another process has written it. */
export interface SourceResult {
  readonly part: Part;
  readonly isFetched: boolean;
  /** Monotonic milliseconds when this process called the source; null: another process did. */
  readonly askedAt: number | null;
}

/** The state of a fetch in progress. */
export interface FetchInFlight {
  readonly waitReason: WaitReason | null;
}

/**
 * The sources whose failures are not cached without an older answer: there is no record without the reseller, and there are
 * no connectors without a link.
 */
const NOT_KEPT: readonly SourceName[] = ['reseller', 'billing'];

/**
 * Whether a part is cached. A failure without an older answer is, unless too much depends on it: then the next read calls
 * the source again.
 */
export function isKept(source: SourceName, part: Part): boolean {
  return isDefinite(part) || !NOT_KEPT.includes(source);
}
