import { needsRefresh, canServeStale } from '../profile-cache/demand.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements, sourcesOf } from './read-requirements.ts';

/** Whether a source is to be asked for a query: its part is due, or required and not definite. */
export function isNeeded(source: SourceName, part: Part | undefined, query: ReadRequirements, now: number): boolean {
  return (
    needsRefresh(part, now, query.demand) ||
    (part !== undefined && query.required.includes(source) && !isDefinite(part))
  );
}

/** Whether the parts answer the query as they are. */
export function isEnough(parts: ProfileParts, query: ReadRequirements, now: number): boolean {
  return holds(parts, query, (source, part) => !isNeeded(source, part, query, now));
}

/**
 * Whether the parts may be answered with, although some are due: each is stale at most, and not longer than the query
 * allows. A customer said to be unknown is asked for again first.
 */
export function mayAnswer(parts: ProfileParts, query: ReadRequirements, now: number): boolean {
  if (query.reseller && parts.reseller?.state === 'customer_unknown') return isEnough(parts, query, now);
  return holds(parts, query, (source, part) => {
    if (part === undefined) return false;
    if (!isNeeded(source, part, query, now) || canServeStale(part, now, query.demand)) return true;
    // With `only-if-cached` an old failure of a source that is not required is good enough.
    return query.demand.onlyIfCached && !isDefinite(part) && !query.required.includes(source);
  });
}

/** The sources that are to be asked, in the order of the record. */
export function neededSources(parts: ProfileParts, query: ReadRequirements, now: number): readonly SourceName[] {
  const isUnlinked = parts.billing && !parts.billing.value && !isNeeded('billing', parts.billing, query, now);
  return sourcesOf(query).filter((source) => {
    if (isUnlinked && isConnector(source)) return false;
    return isNeeded(source, parts[source], query, now);
  });
}

/** Whether `has` is so of every source that matters: nothing else of an unknown customer, no connector without a link. */
export function holds(
  parts: ProfileParts,
  query: ReadRequirements,
  has: (source: SourceName, part: Part | undefined) => boolean,
): boolean {
  const hasPart = (source: SourceName): boolean => has(source, parts[source]);
  if (query.reseller && parts.reseller?.state === 'customer_unknown') return hasPart('reseller');
  if ((query.reseller && !hasPart('reseller')) || !hasPart('billing')) return false;
  return !parts.billing?.value || query.connectors.every(hasPart);
}

export function isConnector(source: SourceName): boolean {
  return source !== 'reseller' && source !== 'billing';
}

/** The parts without the connectors of another billing customer, when `newer` has brought another link. */
export function withoutOtherLink(known: ProfileParts, newer: ProfileParts): ProfileParts {
  const link = newer.billing ?? known.billing;
  if (link?.value?.billingCustomerId === known.billing?.value?.billingCustomerId) return known;
  return known.reseller ? { reseller: known.reseller } : {};
}
