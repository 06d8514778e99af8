import { CLOCK_SKEW_MS, CLOCK_TOLERANCE_MS } from '../../config/clock.ts';

/** The time as the processes have stored it in Redis. Times are epoch ms. */
export interface StoredTime {
  /** The correction of Redis's clock. */
  readonly correctionMs: number;
  /** The time that a process said last, and how long that one had agreed by then. */
  readonly saidLast: number;
  readonly seniorityMs: number;
}

/** The time as this process knows it. */
export interface OwnTime {
  readonly now: number;
  /** The correction that it read last. */
  readonly correctionMs: number;
  /** How long it has agreed. */
  readonly seniorityMs: number;
}

/** The time on which the processes agree, and the correction of Redis's clock. */
export interface AgreedTime {
  readonly now: number;
  readonly correctionMs: number;
}

/** A process that has agreed for less long is overruled by one that has for longer: it may have come after a jump. */
export const JUNIOR_MS = 60_000;
/** Own time is set anew when it differs by more, and by more than the answer may be wrong. */
const PRECISION_MS = CLOCK_SKEW_MS / 2;

/**
 * Agrees on the time. Pure. Redis's clock, corrected, is the reference. When it differs from a process's own elapsed time, either
 * Redis's clock has jumped or the process was paused. A process that was paused is behind what others have said since.
 * @param server Redis's own clock
 * @param own null: this process has not agreed before
 * @param errorMs by how much `server` may be wrong: half the time that the answer took
 */
export function agree(server: number, stored: StoredTime | null, own: OwnTime | null, errorMs: number): AgreedTime {
  const correctionMs = stored?.correctionMs ?? 0;
  const reference = server + correctionMs;
  if (!own) return { now: Math.max(reference, stored?.saidLast ?? 0), correctionMs };
  const difference = Math.abs(own.now - reference);
  if (difference <= Math.max(PRECISION_MS, errorMs)) return { now: own.now, correctionMs };
  if (difference <= CLOCK_TOLERANCE_MS || !knowsBetter(stored, own)) return { now: reference, correctionMs };
  return { now: own.now, correctionMs: own.now - server };
}

/** Whether this process goes by its own time, and corrects Redis's clock for all. */
function knowsBetter(stored: StoredTime | null, own: OwnTime): boolean {
  if (!stored) return true;
  if (stored.seniorityMs < JUNIOR_MS && own.seniorityMs >= JUNIOR_MS) return true;
  const hasNobodyCorrected = stored.correctionMs === own.correctionMs;
  return hasNobodyCorrected && own.now >= stored.saidLast - CLOCK_TOLERANCE_MS;
}
