import { type SourceName } from '../config/source-names.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { type WaitReason } from '../upstream/call-context.ts';

/** The result of a source: its part, fetched here, or found where another process has written it. */
export interface SourceResult {
  readonly part: Part;
  readonly isFetched: boolean;
  /** Monotonic milliseconds when it was asked for here; null: another process has asked. */
  readonly askedAt: number | null;
}

/** The state of a fetch under way. */
export interface FetchInFlight {
  readonly waitReason: WaitReason | null;
}

/** Failures without an older answer that are not kept: there is no record without the reseller, nor connectors without a link. */
const NOT_KEPT: readonly SourceName[] = ['reseller', 'billing'];

/** A failure without an older answer is kept unless too much depends on it: then the source is asked again. */
export function isKept(source: SourceName, part: Part): boolean {
  return isDefinite(part) || !NOT_KEPT.includes(source);
}
