import { type Clock } from '../config/clock.ts';

export const WIDTH = {
  min: 16,
  /** The width of a process that is not busy, where other limits apply. */
  max: 2048,
  /** The width shrinks above this share of busy time: more concurrent work would only take longer. */
  busyAt: 0.95,
  /** The width grows below this share of busy time, when all of it is used. */
  roomBelow: 0.85,
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

  /** Adapts the width, when it was not adapted just before. @param running the work in progress */
  adapt(running: number): void {
    const now = this.clock.monotonic();
    const sinceMs = now - this.adaptedAt;
    if (sinceMs < WIDTH.adaptAfterMs) return;
    this.adaptedAt = now;
    const before = this.loopTime;
    this.loopTime = this.clock.loopTime();
    if (sinceMs > WIDTH.forgetAfterMs) return;
    const busyMs = this.loopTime.busyMs - before.busyMs;
    const busy = busyMs / (busyMs + this.loopTime.idleMs - before.idleMs);
    if (busy > WIDTH.busyAt && running > WIDTH.min)
      this.width = Math.max(WIDTH.min, Math.min(this.width, running) * SHRINKS_TO);
    else if (busy < WIDTH.roomBelow && running >= this.current)
      this.width = Math.min(WIDTH.max, Math.max(WIDTH.min, this.width * GROWS_TO));
  }
}
