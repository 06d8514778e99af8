/** How often something happened in the last `windowMs`, by buckets. Times are monotonic milliseconds, handed in. */
export class RollingCount {
  private buckets: { readonly from: number; count: number }[] = [];
  private readonly windowMs: number;
  private readonly bucketMs: number;

  constructor(windowMs: number, buckets = 10) {
    this.windowMs = windowMs;
    this.bucketMs = windowMs / buckets;
  }

  add(now: number): void {
    const last = this.buckets.at(-1);
    if (last && now - last.from < this.bucketMs) last.count += 1;
    else this.buckets.push({ from: now, count: 1 });
  }

  total(now: number): number {
    this.buckets = this.buckets.filter(({ from }) => now - from < this.windowMs + this.bucketMs);
    return this.buckets.reduce((sum, { count }) => sum + count, 0);
  }

  /** Milliseconds until the oldest bucket no longer counts; 0 when nothing does. */
  nextDropMs(now: number): number {
    const [oldest] = this.buckets;
    return oldest ? Math.max(0, oldest.from + this.windowMs + this.bucketMs - now) : 0;
  }

  clear(): void {
    this.buckets = [];
  }
}
