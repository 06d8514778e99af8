import { RollingCount } from './rolling-count.ts';

/** Which calls a circuit breaker looks at: those of the last `ms`, or the last `calls`. */
export type CallWindowSize = { readonly ms: number } | { readonly calls: number };

/** Calls and failures in a window. Times are monotonic milliseconds. */
export interface CallWindow {
  add(isFailure: boolean, now: number): void;
  calls(now: number): number;
  failures(now: number): number;
}

export function newCallWindow(size: CallWindowSize): CallWindow {
  return 'ms' in size ? new TimeWindow(size.ms) : new CountWindow(size.calls);
}

class TimeWindow implements CallWindow {
  private readonly all: RollingCount;
  private readonly failed: RollingCount;

  constructor(ms: number) {
    this.all = new RollingCount(ms);
    this.failed = new RollingCount(ms);
  }

  add(isFailure: boolean, now: number): void {
    this.all.add(now);
    if (isFailure) this.failed.add(now);
  }

  calls(now: number): number {
    return this.all.total(now);
  }

  failures(now: number): number {
    return this.failed.total(now);
  }
}

class CountWindow implements CallWindow {
  private readonly last: boolean[] = [];

  constructor(private readonly size: number) {}

  add(isFailure: boolean): void {
    if (this.last.push(isFailure) > this.size) this.last.shift();
  }

  calls(): number {
    return this.last.length;
  }

  failures(): number {
    return this.last.filter((isFailure) => isFailure).length;
  }
}
