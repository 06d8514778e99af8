/** The rounding errors of sums of tokens are smaller than this. */
const ROUNDING = 1e-6;

/**
 * A token bucket as one number: the time at which it is full again (the generic cell rate algorithm). Times are monotonic
 * milliseconds, passed in.
 */
export class TokenBucket {
  private fullAt = -Infinity;

  /** @param perSecond tokens that are restored in a second @param burst tokens of a full bucket */
  constructor(
    readonly perSecond: number,
    readonly burst: number,
  ) {}

  /** Tokens that can be taken now. Below 0: more were taken than there were. */
  left(now: number): number {
    return this.burst - (Math.max(0, this.fullAt - now) * this.perSecond) / 1000;
  }

  /** Milliseconds until this many tokens can be taken; 0: now. Infinity: the bucket never holds that many. */
  waitMs(tokens: number, now: number): number {
    if (tokens > this.burst) return Infinity;
    const lacking = tokens - this.left(now);
    return lacking < ROUNDING ? 0 : (lacking * 1000) / this.perSecond;
  }

  /** Takes tokens, even if there are too few. */
  take(tokens: number, now: number): void {
    this.fullAt = Math.max(this.fullAt, now) + (tokens * 1000) / this.perSecond;
  }
}
