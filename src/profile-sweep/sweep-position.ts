import { CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { isObject, parseJson } from '../json/json.ts';

/** The outcome of a visit: a closed list. `fresh`: others had refreshed it in this round. `absent`: there was nothing to refresh. */
export const SWEEP_OUTCOMES = ['refreshed', 'fresh', 'failed', 'absent'] as const;
export type SweepOutcome = (typeof SWEEP_OUTCOMES)[number];
export type SweepCounts = Readonly<Record<SweepOutcome, number>>;

export const NOTHING_COUNTED: SweepCounts = { refreshed: 0, fresh: 0, failed: 0, absent: 0 };

/** The cursor of a primary that is scanned to its end. */
export const AT_END = 'end';

/** How far a round has come. Times are epoch ms. */
export interface SweepPosition {
  readonly startedAt: number;
  /** null: it goes on. */
  readonly endedAt: number | null;
  /** The end of the round before; null: there was none. */
  readonly previousEndedAt: number | null;
  readonly counts: SweepCounts;
  /** The cursors to go on from, by the run of the server: another run has its keys in another order. */
  readonly cursors: Readonly<Record<string, string>>;
}

/** The position, unless it is from the future: a Redis that was restored, or whose clock was wrong, has one of which no time is right. */
export const ofThePast = (position: SweepPosition | null, now: number): SweepPosition | null =>
  position && position.startedAt <= now + CLOCK_TOLERANCE_MS ? position : null;

/** Whether a round is to be begun, or to go on. @param position null: nothing is known of an earlier one */
export function isDue(position: SweepPosition | null, intervalMs: number, now: number): boolean {
  return position?.endedAt == null || now >= position.startedAt + intervalMs;
}

/** The round to go on with, or a new one. */
export function currentRound(position: SweepPosition | null, now: number): SweepPosition {
  if (position?.endedAt === null) return position;
  const previousEndedAt = position?.endedAt ?? null;
  return { startedAt: now, endedAt: null, previousEndedAt, counts: NOTHING_COUNTED, cursors: {} };
}

/** About which part of the round is done, from 0 to 1. */
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
