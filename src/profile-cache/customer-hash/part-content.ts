import { isDefinite, isPart, type Part } from '../part.ts';

/**
 * The stamp by which the scripts compare parts: whether it is definite, when it was fetched and last checked, until when it
 * is usable (epoch ms), and the last wide invalidation before its call.
 */
export function stampOf(part: Part): string {
  return [isDefinite(part) ? 1 : 0, part.fetchedAt, part.checkedAt, part.staleUntil, part.seen?.[0] ?? 0]
    .map(Math.floor)
    .join(' ');
}

/** A part without its stamp, as JSON: `[state, freshUntil, the members that differ from those the stamp implies]`. */
export function partContent({ state, freshUntil, seen, ...members }: Part, stamp: string): string {
  const implied = impliedBy(stamp);
  const differing = Object.entries(members).filter(([name, value]) => value !== implied[name as keyof Part]);
  const isSeenImplied = seen?.[0] === implied.seen?.[0] && (seen?.[1] ?? 0) === 0;
  if (!isSeenImplied) differing.push(['seen', seen]);
  return JSON.stringify([state, freshUntil, ...(differing.length === 0 ? [] : [Object.fromEntries(differing)])]);
}

/** @returns null unless stamp and content are those of a part */
export function partFrom(stamp: string, content: unknown): Part | null {
  if (!Array.isArray(content)) return null;
  const [state, freshUntil, members] = content as unknown[];
  const part = { state, freshUntil, ...impliedBy(stamp), ...(members as object | undefined) };
  return isPart(part) ? part : null;
}

/** What most parts with this stamp have: a part that has just been fetched, without a value. */
function impliedBy(stamp: string): Partial<Part> {
  const [, fetchedAt, checkedAt, staleUntil, wide = 0] = stamp.split(' ').map(Number);
  const times = { fetchedAt, checkedAt, changedAt: fetchedAt, staleUntil } as Partial<Part>;
  return { value: null, ...times, failure: null, ...(wide === 0 ? {} : { seen: [wide, 0] }) };
}
