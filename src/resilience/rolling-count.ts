/** Counts events, or sums amounts, of the last `windowMs` in buckets. Times are monotonic milliseconds, passed in. */
export class RollingCount {
  private buckets: { readonly from: number; count: number }[] = [];
  private readonly windowMs: number;
  private readonly bucketMs: number;

  constructor(windowMs: number, buckets = 10) {
    this.windowMs = windowMs;
    this.bucketMs = windowMs / buckets;
  }

  /** @returns a function that undoes this; it does nothing once the bucket has left the window */
  add(now: number, amount = 1): () => void {
    let bucket = this.buckets.at(-1);
    if (!bucket || now - bucket.from >= this.bucketMs) {
      bucket = { from: now, count: 0 };
      this.dropOld(now);
      this.buckets.push(bucket);
    }
    bucket.count += amount;
    const counted = bucket;
    return () => {
      counted.count -= amount;
      if (counted.count === 0) this.buckets = this.buckets.filter((one) => one !== counted);
    };
  }

  total(now: number): number {
    this.dropOld(now);
    return this.buckets.reduce((sum, { count }) => sum + count, 0);
  }

  /** Milliseconds until the oldest bucket no longer counts; 0 when there is none. */
  nextDropMs(now: number): number {
    const [oldest] = this.buckets;
    return oldest ? Math.max(0, oldest.from + this.windowMs + this.bucketMs - now) : 0;
  }

  private dropOld(now: number): void {
    this.buckets = this.buckets.filter(({ from }) => now - from < this.windowMs + this.bucketMs);
  }
}
