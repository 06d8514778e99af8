import { type Clock, type Timer } from '../config/clock.ts';

/** Calls back when half of the time for an answer has passed, and when all of it has. */
export class AnswerTimer {
  private readonly timers: readonly Timer[];
  private hasEnded = false;

  constructor(clock: Clock, timeoutMs: number, onHalf: () => void, onEnd: () => void) {
    this.timers = [
      clock.after(Math.ceil(timeoutMs / 2), () => {
        this.afterReading(onHalf);
      }),
      clock.after(timeoutMs, () => {
        this.afterReading(onEnd);
      }),
    ];
  }

  /** Whether it was cancelled. */
  get isOver(): boolean {
    return this.hasEnded;
  }

  cancel(): void {
    this.hasEnded = true;
    for (const timer of this.timers) timer.cancel();
  }

  /** The answer may have come while this process was busy; setImmediate lets it be read first. */
  private afterReading(notify: () => void): void {
    setImmediate(() => {
      if (!this.hasEnded) notify();
    });
  }
}
