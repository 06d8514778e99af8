import { type ClientClock } from './clock.ts';
import { ProfileTimeout } from './problem.ts';

/** Kept back of the remaining time, so that an answer at the last moment still arrives: a tenth, and this at most. */
const MAX_WAY_BACK_MS = 50;

/** The most that the service takes for a remaining time. */
const MAX_REMAINING_MS = 999_999;

/** The time and the signal of one call, however many requests it makes. */
export class CallTime {
  private readonly controller = new AbortController();
  private readonly clock: ClientClock;
  private readonly endsAt: number;
  /** The caller's own signal. */
  private readonly callers: AbortSignal | undefined;
  private readonly cancelTimer: () => void;
  private readonly leave = (): void => {
    this.controller.abort(this.callers?.reason);
  };

  /** @param callers the caller's own signal */
  constructor(clock: ClientClock, timeoutMs: number, callers: AbortSignal | undefined) {
    this.clock = clock;
    this.callers = callers;
    this.endsAt = clock.now() + timeoutMs;
    this.cancelTimer = clock.after(timeoutMs, () => {
      this.controller.abort(new ProfileTimeout(timeoutMs));
    });
    if (callers?.aborted) this.leave();
    callers?.addEventListener('abort', this.leave);
  }

  /** Fires when the time is over or the caller leaves. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get remainingMs(): number {
    return this.endsAt - this.clock.now();
  }

  /** The value of `X-Request-Timeout-Ms`. */
  get forTheServiceMs(): number {
    const remainingMs = this.remainingMs;
    const ms = remainingMs - Math.min(MAX_WAY_BACK_MS, remainingMs / 10);
    return Math.min(MAX_REMAINING_MS, Math.max(1, Math.floor(ms)));
  }

  /** The result of the work. @throws the reason when the time is over or the caller leaves before */
  within<T>(work: T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { signal } = this.controller;
      signal.throwIfAborted();
      const leave = (): void => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      Promise.resolve(work).then(resolve, reject);
    });
  }

  /** @throws the reason when the time is over or the caller leaves meanwhile */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.controller;
      signal.throwIfAborted();
      const cancel = this.clock.after(ms, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
      const leave = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** From here on only the caller ends the call. */
  stopTimer(): void {
    this.cancelTimer();
  }

  /** The call is over: nothing of it stays behind. */
  end(): void {
    this.cancelTimer();
    this.callers?.removeEventListener('abort', this.leave);
  }
}
