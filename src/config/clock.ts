import { Injectable } from '@nestjs/common';

/** A call that is scheduled for later. */
export interface Timer {
  /** Does nothing once the timer has fired. */
  cancel(): void;
}

/** Times that differ by less than this count as equal: the processes that share a Redis agree no better. */
export const CLOCK_TOLERANCE_MS = 1000;
/** The clocks of two processes that have agreed differ by no more than this while Redis answers quickly. */
export const CLOCK_SKEW_MS = 100;
/** Added to every expiry in Redis, so that a Redis whose clock jumps by hours expires nothing that is still usable. */
export const EXPIRY_MARGIN_MS = 3 * 3_600_000;

/**
 * The only source of time: the time that processes agree on, the time of day, elapsed time and timers. All code that waits,
 * expires or measures uses it, so that a test can move time instead of waiting. Times are milliseconds. No timer keeps the
 * process alive.
 */
@Injectable()
export class Clock {
  /** The moment at which elapsed time began, since 1970. */
  private beganAt = Date.now() - performance.now();

  /**
   * The time since 1970, for everything that is stored and compared later. It does not jump with the machine's clock, and the
   * processes that share a Redis agree on it (`SharedTime`).
   */
  now(): number {
    return Math.floor(this.monotonic() + this.beganAt);
  }

  /** Sets the time to `now`, which the processes that share a Redis have agreed on. */
  agreeOn(now: number): void {
    this.beganAt = now - this.monotonic();
  }

  /** The machine's time of day. It may jump, and it may be wrong. Use it only for times that come from outside. */
  timeOfDay(): number {
    return Date.now();
  }

  /** Elapsed time since an arbitrary moment. It never jumps. */
  monotonic(): number {
    return performance.now();
  }

  /** How long the event loop has been busy, and idle, since the process began. */
  loopTime(): { readonly busyMs: number; readonly idleMs: number } {
    const { active, idle } = performance.eventLoopUtilization();
    return { busyMs: active, idleMs: idle };
  }

  /** Calls `fire` once, when `ms` have passed. */
  after(ms: number, fire: () => void): Timer {
    const timer = setTimeout(fire, ms).unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  }

  /** Calls `fire` every `ms`, until it is cancelled. */
  every(ms: number, fire: () => void): Timer {
    const timer = setInterval(fire, ms).unref();
    return {
      cancel: () => {
        clearInterval(timer);
      },
    };
  }

  /**
   * Resolves when `ms` have passed.
   * @throws the signal's reason as soon as it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }
}
