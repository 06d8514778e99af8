import { CLOCK_SKEW_MS, CLOCK_TOLERANCE_MS } from '../../config/clock.ts';

/** The time as the processes have stored it in Redis. Times are epoch ms. */
export interface StoredTime {
  /** The correction of Redis's clock. */
  readonly correctionMs: number;
  /** The time that a process last stored, and for how long that process had agreed by then. */
  readonly saidLast: number;
  readonly seniorityMs: number;
}

/** The time as this process knows it. */
export interface OwnTime {
  readonly now: number;
  /** The correction that it last read. */
  readonly correctionMs: number;
  /** For how long it has agreed. */
  readonly seniorityMs: number;
  /** By how much `now` may be wrong: what the last comparison left open, and what the machine's clock has drifted since. */
  readonly errorMs: number;
}

/** The time on which the processes agree, and the correction of Redis's clock. */
export interface AgreedTime {
  readonly now: number;
  readonly correctionMs: number;
  /** By how much `now` may be wrong. */
  readonly errorMs: number;
}

/** A process that has agreed for a shorter time yields to one that has for longer, because it may have come after a jump. */
export const JUNIOR_MS = 60_000;
/** A process compares its own time again when it differs by more than this and by more than the answer may be wrong. */
const PRECISION_MS = CLOCK_SKEW_MS / 2;

/** A machine's clock drifts by no more than this share. */
const MAX_DRIFT = 0.001;

/** By how much an agreed time may be wrong after so long. */
export const errorAfter = (errorMs: number, elapsedMs: number): number => errorMs + MAX_DRIFT * elapsedMs;

/**
 * The time to agree on. Pure. Redis's clock, corrected, is the reference. When it differs from a process's own elapsed time
 * by more than either may be wrong, Redis's clock has jumped, by however little, or the process was paused. A process that
 * was paused is behind the time that others have stored since.
 * @param server Redis's own clock
 * @param own null: this process has not agreed before
 * @param errorMs the possible error of `server`: half the time that the answer took
 */
export function agreedTime(
  server: number,
  stored: StoredTime | null,
  own: OwnTime | null,
  errorMs: number,
): AgreedTime {
  const correctionMs = stored?.correctionMs ?? 0;
  const reference = server + correctionMs;
  if (!own) {
    const saidLast = stored?.saidLast ?? 0;
    // A stored time later than the reference means that a process stored it a moment ago and none has corrected a jump yet.
    return { now: Math.max(reference, saidLast), correctionMs, errorMs: saidLast > reference ? CLOCK_TOLERANCE_MS : errorMs }; // prettier-ignore
  }
  const difference = Math.abs(own.now - reference);
  if (difference <= Math.max(PRECISION_MS, errorMs))
    return { now: own.now, correctionMs, errorMs: Math.min(own.errorMs, difference + errorMs) };
  if (difference <= own.errorMs + errorMs || !knowsBetter(stored, own, difference))
    return { now: reference, correctionMs, errorMs };
  return { now: own.now, correctionMs: own.now - server, errorMs: own.errorMs };
}

/** Whether this process keeps its own time, and corrects Redis's clock for all. */
function knowsBetter(stored: StoredTime | null, own: OwnTime, difference: number): boolean {
  if (!stored) return true;
  if (stored.seniorityMs < JUNIOR_MS && own.seniorityMs >= JUNIOR_MS) return true;
  const hasNobodyCorrected = stored.correctionMs === own.correctionMs;
  return hasNobodyCorrected && own.now >= stored.saidLast - Math.min(CLOCK_TOLERANCE_MS, difference / 2);
}
