import { RollingCount } from './rolling-count.ts';

/** The calls that a circuit breaker judges: those of the last `ms`, or the last `calls`. */
export type CallWindowSize = { readonly ms: number } | { readonly calls: number };

/** The results of some calls. A call that was cut off counts in part. */
export interface CallSample {
  readonly calls: number;
  readonly failures: number;
  /** The time that the failed calls took, in timeouts of a call. */
  readonly timeouts: number;
}

/** The sum of the calls in a window. Times are monotonic milliseconds. */
export interface CallWindow {
  add(sample: CallSample, now: number): void;
  total(now: number): CallSample;
}

export function newCallWindow(size: CallWindowSize): CallWindow {
  return 'ms' in size ? new TimeWindow(size.ms) : new CountWindow(size.calls);
}

class TimeWindow implements CallWindow {
  private readonly calls: RollingCount;
  private readonly failures: RollingCount;
  private readonly timeouts: RollingCount;

  constructor(ms: number) {
    this.calls = new RollingCount(ms);
    this.failures = new RollingCount(ms);
    this.timeouts = new RollingCount(ms);
  }

  add({ calls, failures, timeouts }: CallSample, now: number): void {
    this.calls.add(now, calls);
    this.failures.add(now, failures);
    this.timeouts.add(now, timeouts);
  }

  total(now: number): CallSample {
    return { calls: this.calls.total(now), failures: this.failures.total(now), timeouts: this.timeouts.total(now) };
  }
}

class CountWindow implements CallWindow {
  private readonly last: CallSample[] = [];

  constructor(private readonly size: number) {}

  add(sample: CallSample): void {
    if (this.last.push(sample) > this.size) this.last.shift();
  }

  total(): CallSample {
    const sum = (amount: keyof CallSample): number => this.last.reduce((total, sample) => total + sample[amount], 0);
    return { calls: sum('calls'), failures: sum('failures'), timeouts: sum('timeouts') };
  }
}
