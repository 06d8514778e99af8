import { type Clock, type Timer } from '../config/clock.ts';

/**
 * A moment by which something must be over, with the signal that says so. Monotonic: a jump of the wall clock changes
 * nothing. The signal also fires when one of `parents` does.
 */
export class Deadline {
  readonly signal: AbortSignal;
  private readonly endsAt: number;
  private readonly timer: Timer;
  private readonly parents: readonly AbortSignal[];
  private readonly end: () => void;
  private hasPassed = false;

  constructor(
    private readonly clock: Clock,
    ms: number,
    ...parents: readonly AbortSignal[]
  ) {
    // Not AbortSignal.any and AbortSignal.timeout: the runtime keeps what they make long after it is of use.
    const over = new AbortController();
    this.signal = over.signal;
    this.endsAt = clock.monotonic() + ms;
    this.parents = parents;
    this.end = () => {
      this.release();
      over.abort();
    };
    this.timer = clock.after(Math.max(0, Math.ceil(ms)), () => {
      this.hasPassed = true;
      this.end();
    });
    for (const parent of parents) parent.addEventListener('abort', this.end, { once: true });
    if (parents.some(({ aborted }) => aborted)) this.end();
  }

  /** Whether the time is up, by its own timer. */
  get passed(): boolean {
    return this.hasPassed;
  }

  /** Lets go of timer and parents, when what was to be over is: the signal does not fire any more. */
  release(): void {
    this.timer.cancel();
    for (const parent of this.parents) parent.removeEventListener('abort', this.end);
  }

  /** Milliseconds left; never negative. */
  remainingMs(): number {
    return Math.max(0, this.endsAt - this.clock.monotonic());
  }

  /** True when the time is not up but nobody wants the result any more. */
  get cancelled(): boolean {
    return this.signal.aborted && this.remainingMs() > 0;
  }

  /** What `work` comes to, or what `overdue` gives or throws when the deadline comes first. */
  async orOverdue<T>(work: Promise<T>, overdue: () => T): Promise<T> {
    const over = Promise.withResolvers<T>();
    const end = (): void => {
      try {
        over.resolve(overdue());
      } catch (error) {
        over.reject(error);
      }
    };
    if (this.signal.aborted) end();
    else this.signal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([work, over.promise]);
    } finally {
      this.signal.removeEventListener('abort', end);
    }
  }
}
