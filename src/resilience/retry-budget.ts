/** The share of all calls to an upstream that may be retries. */
const SHARE = 0.1;
const MAX_SAVED = 10;
/** Even a quiet service has this many retries. */
const MINIMUM = 1;
const MINIMUM_INTERVAL_MS = 10_000;

/** A process's budget for retries: a tenth of its recent calls, and one in ten seconds in any case. */
export class RetryBudget {
  private saved = MINIMUM;
  private minimumAt = -Infinity;

  /** Counts a first attempt. */
  deposit(): void {
    this.saved = Math.min(MAX_SAVED, this.saved + SHARE);
  }

  /** @param now monotonic milliseconds. @returns whether a retry is permitted; if so, it is spent */
  withdraw(now: number): boolean {
    if (this.saved < 1 && now - this.minimumAt >= MINIMUM_INTERVAL_MS) {
      this.saved = Math.max(this.saved, MINIMUM);
      this.minimumAt = now;
    }
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }
}
