import { type Part } from '../profile-cache/part.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { isConnector, isEnough, isNeeded, neededSources } from '../profile-refresh/freshness.ts';

/**
 * Why a refresh would ask a source, or would not: a closed list. `absent`: nothing is cached of it. `due`: its answer is past
 * its time. `retry`: it failed, and the time to leave it alone is over. `required`: there is no answer without it.
 * `fresh`: its answer is not past its time. `failed_recently`: it failed, and is left alone until `retryInSeconds` have passed.
 * `no_link`: no billing customer is known. `customer_unknown`: there is no such customer, so that nobody else is asked.
 */
export const REFRESH_REASONS = ['absent', 'due', 'retry', 'required', 'fresh', 'failed_recently', 'no_link', 'customer_unknown'] as const; // prettier-ignore
export type RefreshReason = (typeof REFRESH_REASONS)[number];

/** Whether the next read would ask a source, and why. */
export interface RefreshOutlook {
  readonly asked: boolean;
  readonly why: RefreshReason;
}

/** What a read at `now` would do about each source of a query. */
export function refreshOutlook(
  parts: ProfileParts,
  query: ReadRequirements,
  now: number,
): (source: SourceName) => RefreshOutlook {
  // prettier-ignore
  const needed = isEnough(parts, query, now) ? [] : neededSources(parts, query, now);
  return (source) => {
    const part: Part | undefined = parts[source];
    if (needed.includes(source)) return { asked: true, why: whyAsked(source, part, query, now) };
    if (part) return { asked: false, why: part.failure ? 'failed_recently' : 'fresh' };
    const isWithoutLink = isConnector(source) && parts.reseller?.state !== 'customer_unknown';
    return { asked: false, why: isWithoutLink ? 'no_link' : 'customer_unknown' };
  };
}

function whyAsked(source: SourceName, part: Part | undefined, query: ReadRequirements, now: number): RefreshReason {
  if (!part) return 'absent';
  if (!isNeeded(source, part, { ...query, required: [] }, now)) return 'required';
  return part.failure ? 'retry' : 'due';
}
