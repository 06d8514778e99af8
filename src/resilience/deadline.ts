import { type Clock, type Timer } from '../config/clock.ts';

/**
 * A point in time by which work must end, with an `AbortSignal` that fires then, or earlier when one of `parents` does. It is
 * monotonic: a jump of the time of day changes nothing.
 */
export class Deadline {
  readonly signal: AbortSignal;
  /** Fires when a parent ends it early, and not when its time is over. */
  readonly cancellation: AbortSignal;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
  private readonly timer: Timer;
  private readonly parents: readonly AbortSignal[];
  private readonly end: () => void;
  private readonly cancel: () => void;
  private hasExpired = false;

  constructor(
    private readonly clock: Clock,
    ms: number,
    ...parents: readonly AbortSignal[]
  ) {
    // Not AbortSignal.any and AbortSignal.timeout: Node keeps their signals long after their last use.
    const controller = new AbortController();
    const cancellation = new AbortController();
    this.signal = controller.signal;
    this.cancellation = cancellation.signal;
    this.endsAt = clock.monotonic() + ms;
    this.parents = parents;
    this.end = () => {
      this.dispose();
      controller.abort();
    };
    this.cancel = () => {
      cancellation.abort();
      this.end();
    };
    this.timer = clock.after(Math.max(0, Math.ceil(ms)), () => {
      this.hasExpired = true;
      this.end();
    });
    for (const parent of parents) parent.addEventListener('abort', this.cancel);
    if (parents.some(({ aborted }) => aborted)) this.cancel();
  }

  /** Whether its own timer has fired. */
  get expired(): boolean {
    return this.hasExpired;
  }

  /** Cancels the timer and leaves the parents. The signal no longer fires. */
  dispose(): void {
    this.timer.cancel();
    for (const parent of this.parents) parent.removeEventListener('abort', this.cancel);
  }

  /** Milliseconds left; never negative. */
  remainingMs(): number {
    return Math.max(0, this.endsAt - this.clock.monotonic());
  }

  /** Whether a parent has ended it early. */
  get cancelled(): boolean {
    return this.signal.aborted && this.remainingMs() > 0;
  }

  /** The result of `work`. When the signal fires first, `onTimeout` returns a result instead, or throws. */
  async race<T>(work: Promise<T>, onTimeout: () => T): Promise<T> {
    const timedOut = Promise.withResolvers<T>();
    const end = (): void => {
      try {
        timedOut.resolve(onTimeout());
      } catch (error) {
        timedOut.reject(error);
      }
    };
    if (this.signal.aborted) end();
    else this.signal.addEventListener('abort', end);
    try {
      return await Promise.race([work, timedOut.promise]);
    } finally {
      this.signal.removeEventListener('abort', end);
    }
  }
}
