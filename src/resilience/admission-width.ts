import { type Clock } from '../config/clock.ts';

/** How much of the process's time the admitted work may take. */
interface Share {
  readonly minWidth: number;
  /** The width shrinks above this share of busy time: more concurrent work would only take longer. */
  readonly busyAt: number;
  /** The width grows below this share of busy time, when all of it is used. */
  readonly roomBelow: number;
}

export const WIDTH = {
  usual: { minWidth: 16, busyAt: 0.95, roomBelow: 0.85 },
  /** Nearly all work is of one caller while others send requests: it leaves time for them. */
  besideOthers: { minWidth: 2, busyAt: 0.6, roomBelow: 0.5 },
  /** The width of a process that is not busy, where other limits apply. */
  max: 2048,
  /** The width changes at most this often. */
  adaptAfterMs: 100,
  /** A measurement over a longer time says little about the present work, and is ignored. */
  forgetAfterMs: 1000,
} as const;

const SHRINKS_TO = 0.8;
const GROWS_TO = 1.2;

/** How much work a process may do at the same time. It follows the share of the time in which the event loop is busy. */
export class AdmissionWidth {
  private width: number = WIDTH.max;
  private adaptedAt: number;
  /** As it was at `adaptedAt`. */
  private loopTime: ReturnType<Clock['loopTime']>;

  constructor(private readonly clock: Clock) {
    this.adaptedAt = clock.monotonic();
    this.loopTime = clock.loopTime();
  }

  get current(): number {
    return Math.floor(this.width);
  }

  /**
   * Adapts the width, when it was not adapted just before.
   * @param running the work in progress
   * @param isBesideOthers whether nearly all of it is of one caller while others send requests
   */
  adapt(running: number, isBesideOthers: () => boolean): void {
    const now = this.clock.monotonic();
    const sinceMs = now - this.adaptedAt;
    if (sinceMs < WIDTH.adaptAfterMs) return;
    this.adaptedAt = now;
    const before = this.loopTime;
    this.loopTime = this.clock.loopTime();
    if (sinceMs > WIDTH.forgetAfterMs) return;
    const busyMs = this.loopTime.busyMs - before.busyMs;
    const busy = busyMs / (busyMs + this.loopTime.idleMs - before.idleMs);
    const { minWidth, busyAt, roomBelow }: Share = isBesideOthers() ? WIDTH.besideOthers : WIDTH.usual;
    if (busy > busyAt && running > minWidth)
      this.width = Math.max(minWidth, Math.min(this.width, running) * SHRINKS_TO);
    else if (busy < roomBelow && running >= this.current)
      this.width = Math.min(WIDTH.max, Math.max(minWidth, this.width * GROWS_TO));
  }
}
