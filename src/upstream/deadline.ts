/**
 * A moment by which something must be over, with the signal that says so. Monotonic: a jump of the wall clock changes
 * nothing. The signal also fires when `parent` does.
 */
export class Deadline {
  readonly signal: AbortSignal;
  private readonly endsAt: number;

  constructor(ms: number, parent?: AbortSignal) {
    this.endsAt = performance.now() + ms;
    const timeout = AbortSignal.timeout(Math.max(0, Math.ceil(ms)));
    this.signal = parent ? AbortSignal.any([timeout, parent]) : timeout;
  }

  /** Milliseconds left; never negative. */
  remainingMs(): number {
    return Math.max(0, this.endsAt - performance.now());
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
