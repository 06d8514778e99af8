import { CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { isObject, parseJson } from '../json/json.ts';

/**
 * The outcome of a visit: a closed list. `fresh`: a reader had already refreshed it in this round. `absent`: there was
 * nothing to refresh.
 */
export const SWEEP_OUTCOMES = ['refreshed', 'fresh', 'failed', 'absent'] as const;
export type SweepOutcome = (typeof SWEEP_OUTCOMES)[number];
export type SweepCounts = Readonly<Record<SweepOutcome, number>>;

export const NOTHING_COUNTED: SweepCounts = { refreshed: 0, fresh: 0, failed: 0, absent: 0 };

/** The cursor of a primary that has been scanned to its end. */
export const AT_END = 'end';

/** The position of a round. Times are epoch milliseconds. */
export interface SweepPosition {
  readonly startedAt: number;
  /** null: the round is in progress. */
  readonly endedAt: number | null;
  /** The end of the round before; null: there was none. */
  readonly previousEndedAt: number | null;
  readonly counts: SweepCounts;
  /** The cursors from which to continue, by the run of the server: another run has its keys in another order. */
  readonly cursors: Readonly<Record<string, string>>;
}

/** The position, unless it is from the future: no time is right in one from a restored Redis, or from one whose clock was wrong. */
export const ofThePast = (position: SweepPosition | null, now: number): SweepPosition | null =>
  position && position.startedAt <= now + CLOCK_TOLERANCE_MS ? position : null;

/** Whether to begin a round, or to continue one. @param position null: no earlier one is known */
export function isDue(position: SweepPosition | null, intervalMs: number, now: number): boolean {
  return position?.endedAt == null || now >= position.startedAt + intervalMs;
}

/** The round to continue, or a new one. */
export function currentRound(position: SweepPosition | null, now: number): SweepPosition {
  if (position?.endedAt === null) return position;
  const previousEndedAt = position?.endedAt ?? null;
  return { startedAt: now, endedAt: null, previousEndedAt, counts: NOTHING_COUNTED, cursors: {} };
}

/** The approximate share of the round that is done, from 0 to 1. */
export function progressOf({ endedAt, cursors }: SweepPosition): number {
  const shares = Object.values(cursors).map(shareOf);
  if (endedAt !== null) return 1;
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** A cursor of Redis counts upwards in the reversed order of its 64 bits. */
function shareOf(cursor: string): number {
  if (cursor === AT_END) return 1;
  let share = 0;
  for (let rest = BigInt(cursor), weight = 0.5; rest > 0n; rest /= 2n, weight /= 2)
    if (rest % 2n === 1n) share += weight;
  return share;
}

/** @returns null when it is not a position */
export function readPosition(text: string | null): SweepPosition | null {
  const read = parseJson(Buffer.from(text ?? ''));
  if (!isObject(read) || !isObject(read.counts) || !isObject(read.cursors)) return null;
  const { startedAt, endedAt, previousEndedAt, counts, cursors } = read;
  const isTime = (value: unknown): boolean => Number.isFinite(value);
  const isTimeOrNull = (value: unknown): boolean => value === null || isTime(value);
  const isPosition =
    isTime(startedAt) &&
    isTimeOrNull(endedAt) &&
    isTimeOrNull(previousEndedAt) &&
    SWEEP_OUTCOMES.every((outcome) => Number.isSafeInteger(counts[outcome])) &&
    Object.values(cursors).every((cursor) => typeof cursor === 'string' && /^(end|\d{1,20})$/.test(cursor));
  return isPosition ? (read as unknown as SweepPosition) : null;
}
