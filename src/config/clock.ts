import { Injectable } from '@nestjs/common';

/** A call at a later time, until it is cancelled. */
export interface Timer {
  /** Does nothing once the timer has fired. */
  cancel(): void;
}

/**
 * The only source of time: the time of day, elapsed time and timers. All code that waits, expires or measures takes it, so that
 * a test can move time instead of waiting. Times are milliseconds. No timer keeps the process alive.
 */
@Injectable()
export class Clock {
  /** The time of day since 1970. It may jump in either direction, so it does not measure elapsed time. */
  now(): number {
    return Date.now();
  }

  /** Elapsed time since an arbitrary moment. It never jumps. */
  monotonic(): number {
    return performance.now();
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
