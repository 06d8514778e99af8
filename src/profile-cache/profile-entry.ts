import { isObject } from '../json/json.ts';
import { isDefinite, type Part } from './part.ts';
import { type CachedResponse } from './cached-response.ts';

/** Part of every key: a deploy that changes the shape of what is cached counts it up and never reads the old one. */
export const CACHE_FORMAT_VERSION = 3;

/** A customer of an organisation. */
export interface CustomerKey {
  readonly organisation: string;
  readonly customerId: string;
}

/** One entry; `variant` is the billing customer the request itself named, or `stored-link`. */
export interface ProfileKey extends CustomerKey {
  readonly variant: string;
}

/** By source name. */
export type Parts = Readonly<Record<string, Part>>;

/** The merged record, ready to be sent, with the parts it was made of. Never changed after it is made. */
export interface ProfileEntry {
  readonly key: ProfileKey;
  readonly parts: Parts;
  /** Merged from all configured sources; null when only some were asked. */
  readonly answer: CachedResponse | null;
  /** What merged it: policy version and connectors. An answer that was merged otherwise is not sent. */
  readonly mergeKey: string;
  /** About what it takes in memory. */
  readonly bytes: number;
}

export function makeEntry(
  key: ProfileKey,
  parts: Parts,
  answer: CachedResponse | null,
  mergeKey: string,
): ProfileEntry {
  const bytes = 1000 * Object.keys(parts).length + (answer?.body.length ?? 0);
  return { key, parts, answer, mergeKey, bytes };
}

/** Epoch ms until which some part is of use. */
export function endOf(parts: Parts): number {
  return Math.max(0, ...Object.values(parts).map((part) => Math.max(part.staleUntil, part.failure?.retryAt ?? 0)));
}

/** The entry with every part past its time, for when nothing confirms that they are still so. */
export function aged(entry: ProfileEntry, now: number): ProfileEntry {
  const parts = Object.entries(entry.parts).map(([source, part]) => {
    return [source, { ...part, freshUntil: Math.min(part.freshUntil, now), failure: null }] as const;
  });
  return makeEntry(entry.key, Object.fromEntries(parts), null, entry.mergeKey);
}

export function isParts(value: unknown): value is Parts {
  return isObject(value) && Object.values(value).every(isPart);
}

function isPart(value: unknown): value is Part {
  if (!isObject(value) || typeof value.state !== 'string') return false;
  if (value.value !== null && !isObject(value.value)) return false;
  const failure = value.failure;
  return (
    ['fetchedAt', 'checkedAt', 'changedAt', 'freshUntil', 'staleUntil'].every((name) => Number.isFinite(value[name])) &&
    (failure === null || (isObject(failure) && typeof failure.state === 'string' && Number.isFinite(failure.retryAt)))
  );
}

/**
 * Of two entries' parts the later one, source by source. A connector's part belongs to a billing customer: when the two
 * differ in that, all connectors come from the side whose link is later.
 */
export function latestParts(one: Parts, other: Parts): Parts {
  const [first, second] = isLater(one.billing, other.billing) ? [other, one] : [one, other];
  const merged = Object.fromEntries(
    [...Object.entries(first), ...Object.entries(second)].filter(([source, part]) => {
      const rival = part === first[source] ? second[source] : first[source];
      return !isLater(rival, part);
    }),
  );
  if (linkOf(first) === linkOf(second)) return merged;
  const reseller = merged.reseller;
  return { ...second, ...(reseller ? { reseller } : {}) };
}

/** A definite answer is not hidden by a failure, however late: the later answer wins, then the later attempt. */
function isLater(a: Part | undefined, b: Part | undefined): boolean {
  if (!a || !b) return a !== undefined && b === undefined;
  if (isDefinite(a) !== isDefinite(b)) return isDefinite(a);
  return a.fetchedAt === b.fetchedAt ? a.checkedAt > b.checkedAt : a.fetchedAt > b.fetchedAt;
}

function linkOf({ billing }: Parts): unknown {
  return isObject(billing?.value) ? billing.value.billingCustomerId : null;
}
