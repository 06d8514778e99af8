import { CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { isObject } from '../json/json.ts';
import { FAILURE_STATES, type FailureState } from '../upstream/upstream-error.ts';

/** The contribution of one source, with its own lifetime. Times are epoch milliseconds. */
export interface Part<State extends string = string, Value = unknown> {
  /** The last definite state; a failure state when there has been none. */
  readonly state: State | FailureState;
  readonly value: Value | null;
  /** When the source last gave a definite answer, this one; of a part that has none, when it was asked. */
  readonly fetchedAt: number;
  /** When the source was last asked, whatever came of it. */
  readonly checkedAt: number;
  /** Since when state and value have been as they are, as far as this cache has seen. */
  readonly changedAt: number;
  readonly freshUntil: number;
  /** Until then a definite part may stand in for a source that fails. */
  readonly staleUntil: number;
  /** The failed attempt since `fetchedAt`, if any. */
  readonly failure: PartFailure | null;
}

/** By source name. */
export type Parts = Readonly<Record<string, Part>>;

export interface PartFailure {
  readonly state: FailureState;
  /** The upstream's own status code; null when it gave none, or was not asked. */
  readonly status: number | null;
  /** The cause, in our words or as an errno-like code; absent when there is no more to say than the state. */
  readonly reason?: string;
  readonly at: number;
  /** How often the source has been asked in vain since its last definite answer. */
  readonly attempts: number;
  /** Until then the source is not asked again for this part. */
  readonly retryAt: number;
}

const failureStates: ReadonlySet<string> = new Set(FAILURE_STATES);

/** Whether the source gave a definite answer, fresh or stale. */
export function isDefinite(part: Part): boolean {
  return !failureStates.has(part.state);
}

/** Whether a failed source may still be answered for with this part. */
export function isUsable(part: Part, now: number): boolean {
  return isDefinite(part) && now < part.staleUntil;
}

/** When the source is due again, unless a request demands it earlier. A failed attempt holds for its time. */
export function dueAt(part: Part): number {
  if (!part.failure) return part.freshUntil;
  return isDefinite(part) ? Math.min(part.failure.retryAt, part.staleUntil) : part.failure.retryAt;
}

/** The part past its time, for when nothing confirms that it is still so. */
export function expired(part: Part, now: number): Part {
  return { ...part, freshUntil: Math.min(part.freshUntil, now), failure: null };
}

/** Epoch ms until which a part is of use. */
export function lastUsableAt(part: Part): number {
  return Math.max(part.staleUntil, part.failure?.retryAt ?? 0);
}

export function isPart(value: unknown): value is Part {
  if (!isObject(value) || typeof value.state !== 'string') return false;
  if (value.value !== null && !isObject(value.value)) return false;
  const { failure } = value;
  return (
    ['fetchedAt', 'checkedAt', 'changedAt', 'freshUntil', 'staleUntil'].every((name) => Number.isFinite(value[name])) &&
    (failure === null || (isObject(failure) && typeof failure.state === 'string' && Number.isFinite(failure.retryAt)))
  );
}

/**
 * Whether a part is newer than another one of its source: fetched later, or checked later when both were fetched at once. One
 * from the future never is.
 */
export function isLater(one: Part, other: Part, now: number): boolean {
  if (one.checkedAt > now + CLOCK_TOLERANCE_MS) return false;
  return one.fetchedAt === other.fetchedAt ? one.checkedAt > other.checkedAt : one.fetchedAt > other.fetchedAt;
}
