import { isConnector, type SourceName } from '../config/source-names.ts';
import { dueAt, isDefinite, isFromFuture, isUsable, type Part } from '../profile-cache/part.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type CacheDirectives, NO_DIRECTIVES } from './cache-directives.ts';
import { type ReadRequirements } from './read-requirements.ts';

/**
 * Why a source is fetched, or is not: a closed list. `absent`: it has no cached part. `due`: its part has expired, or is
 * older than the request accepts. `retry`: it failed, and may be called again. `required`: there is no answer without it.
 * `fresh`: its part has not expired. `failed_recently`: it failed, and is not called for a while. `no_link`: no billing
 * customer is known. `customer_unknown`: the customer does not exist, so no other source is called.
 */
export const FETCH_REASONS = [
  'absent',
  'due',
  'retry',
  'required',
  'fresh',
  'failed_recently',
  'no_link',
  'customer_unknown',
] as const;
export type FetchReason = (typeof FETCH_REASONS)[number];

/** Why the cache does not answer, in the words of RFC 9211 where it has one. */
export type ForwardReason = 'miss' | 'partial' | 'stale' | 'request';

/** What a read can serve now, and which sources it must fetch. */
export interface ReadPlan {
  /** `stale`: the parts may be served while they are fetched again. */
  readonly serve: 'fresh' | 'stale' | 'nothing';
  /** In the order of the record. */
  readonly fetch: readonly SourceName[];
  readonly reason: 'hit' | ForwardReason;
  readonly why: ReadonlyMap<SourceName, FetchReason>;
}

/**
 * Plans a read. Pure: the service, the refresh and the explanation obey it.
 * @param parts the cached parts of the variant that is read
 * @param now epoch ms
 */
export function planRead(parts: ProfileParts, requirements: ReadRequirements, now: number): ReadPlan {
  const { sources } = requirements;
  const isCustomerUnknown = sources.includes('reseller') && parts.reseller?.state === 'customer_unknown';
  const relevant = sources.filter((source) => {
    if (isCustomerUnknown) return source === 'reseller';
    return !isConnector(source) || parts.billing?.value != null;
  });
  const fetchReasonOf = (source: SourceName): FetchReason | null =>
    reasonToFetch(parts[source], source, requirements, now);

  const isFresh = relevant.every((source) => fetchReasonOf(source) === null);
  const isUnlinked = !parts.billing?.value && fetchReasonOf('billing') === null;
  const fetch = isFresh
    ? []
    : sources.filter((source) => !(isUnlinked && isConnector(source)) && fetchReasonOf(source) !== null);
  const whyOf = (source: SourceName): FetchReason => {
    const part: Part | undefined = parts[source];
    const reason = fetchReasonOf(source);
    if (reason && fetch.includes(source)) return reason;
    if (part) return part.failure ? 'failed_recently' : 'fresh';
    return isConnector(source) && !isCustomerUnknown ? 'no_link' : 'customer_unknown';
  };
  const canServeStale =
    !isCustomerUnknown && relevant.every((source) => canServe(source, parts[source], requirements, now));
  return {
    serve: isFresh ? 'fresh' : canServeStale ? 'stale' : 'nothing',
    fetch,
    reason: isFresh ? 'hit' : reasonToForward(parts, relevant, requirements, now),
    why: new Map(sources.map((source) => [source, whyOf(source)])),
  };
}

/** Whether a source must be fetched, and why; null: its part satisfies the read. A source that has just failed is not fetched. */
export function reasonToFetch(
  part: Part | undefined,
  source: SourceName,
  { required, directives }: Pick<ReadRequirements, 'required' | 'directives'>,
  now: number,
): FetchReason | null {
  if (!part) return 'absent';
  const { minFreshMs } = directives;
  if (isFromFuture(part, now)) return 'due';
  if (part.failure ? now >= dueAt(part) : isTooOld(part, directives) || now + minFreshMs >= part.freshUntil)
    return part.failure ? 'retry' : 'due';
  return required.includes(source) && !isDefinite(part) ? 'required' : null;
}

/** Whether a part may be served, although it may be due. */
function canServe(source: SourceName, part: Part | undefined, requirements: ReadRequirements, now: number): boolean {
  if (!part) return false;
  if (reasonToFetch(part, source, requirements, now) === null) return true;
  if (isAcceptedStale(part, requirements.directives, now)) return true;
  // With `only-if-cached` an old failure of an optional source is good enough.
  return requirements.directives.onlyIfCached && !isDefinite(part) && !requirements.required.includes(source);
}

function isTooOld({ fetchedAt }: Part, { notBefore, skewMs }: CacheDirectives): boolean {
  return fetchedAt < notBefore + skewMs;
}

function isAcceptedStale(part: Part, directives: CacheDirectives, now: number): boolean {
  const { minFreshMs, maxStaleMs } = directives;
  return (
    isUsable(part, now) &&
    !isTooOld(part, directives) &&
    (minFreshMs === 0 || now + minFreshMs < part.freshUntil) &&
    (maxStaleMs === null || now - part.freshUntil <= maxStaleMs)
  );
}

function reasonToForward(
  parts: ProfileParts,
  relevant: readonly SourceName[],
  requirements: ReadRequirements,
  now: number,
): ForwardReason {
  if (Object.keys(parts).length === 0) return 'miss';
  if (!relevant.every((source) => parts[source])) return 'partial';
  const plain = { ...requirements, directives: NO_DIRECTIVES };
  return relevant.every((source) => reasonToFetch(parts[source], source, plain, now) === null) ? 'request' : 'stale';
}
