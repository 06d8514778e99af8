import { CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { isObject } from '../json/json.ts';
import { FAILURE_STATES, type FailureState } from '../upstream/upstream-error.ts';

/** The contribution of one source, with its own lifetime. Times are epoch milliseconds. */
export interface Part<State extends string = string, Value = unknown> {
  /** The last definite state; a failure state when there has been none. */
  readonly state: State | FailureState;
  readonly value: Value | null;
  /** When the source was called for this definite answer; when it was called, if it gave none. */
  readonly fetchedAt: number;
  /** When the source was last called, successfully or not. */
  readonly checkedAt: number;
  /** When state and value last changed, as far as this cache has seen. */
  readonly changedAt: number;
  readonly freshUntil: number;
  /** Until then a definite part may be served when its source fails. */
  readonly staleUntil: number;
  /** The failed attempt since `fetchedAt`, if any. */
  readonly failure: PartFailure | null;
  /** The invalidations that were known when the source was called; absent: none. */
  readonly seen?: SeenInvalidations;
}

/** The last number of the organisation's wide invalidations, and the customer's generation. */
export type SeenInvalidations = readonly [wide: number, generation: number];

/** By source name. */
export type Parts = Readonly<Record<string, Part>>;

export interface PartFailure {
  readonly state: FailureState;
  /** The upstream's own status code; null when it gave none, or was not called. */
  readonly status: number | null;
  /** The cause, in our words or as an errno-like code; absent when the state says it all. */
  readonly reason?: string;
  readonly at: number;
  /** How many attempts have failed since the last definite answer. */
  readonly attempts: number;
  /** When the first of these attempts failed; absent: `at`. */
  readonly since?: number;
  /** Until then the source is not called again for this part. */
  readonly retryAt: number;
}

const failureStates: ReadonlySet<string> = new Set(FAILURE_STATES);

/** Whether the source gave a definite answer, fresh or stale. */
export function isDefinite(part: Part): boolean {
  return !failureStates.has(part.state);
}

/** Whether this part may be served when its source fails. */
export function isUsable(part: Part, now: number): boolean {
  return isDefinite(part) && now < part.staleUntil;
}

/** When the source is due again, unless a request demands it earlier. A failed attempt counts until its `retryAt`. */
export function dueAt(part: Part): number {
  if (!part.failure) return part.freshUntil;
  return isDefinite(part) ? Math.min(part.failure.retryAt, part.staleUntil) : part.failure.retryAt;
}

/** The part, expired, for when nothing confirms it. */
export function expired(part: Part, now: number): Part {
  return { ...part, freshUntil: Math.min(part.freshUntil, now), failure: null };
}

/** Whether the clock that fetched the part is further ahead of this one than processes differ: the part's age is unknown. */
export function isFromFuture(part: Part, now: number): boolean {
  return Math.max(part.fetchedAt, part.checkedAt) > now + CLOCK_TOLERANCE_MS;
}

/** Epoch milliseconds until which a part is usable. */
export function lastUsableAt(part: Part): number {
  return Math.max(part.staleUntil, part.failure?.retryAt ?? 0);
}

/** The billing customer that a link part names. */
export const linkOf = (link: Part | undefined): string | null =>
  isObject(link?.value) ? String(link.value.billingCustomerId) : null;

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
 * Whether a part is later than another one of its source: called for after a later wide invalidation, else fetched later,
 * else checked later. A part from the future never is.
 */
export function isLater(one: Part, other: Part, now: number): boolean {
  const [seen, otherSeen] = [one.seen?.[0] ?? 0, other.seen?.[0] ?? 0];
  if (Math.max(one.checkedAt, seen) > now + CLOCK_TOLERANCE_MS) return false;
  if (seen !== otherSeen) return seen > otherSeen;
  return one.fetchedAt === other.fetchedAt ? one.checkedAt > other.checkedAt : one.fetchedAt > other.fetchedAt;
}
