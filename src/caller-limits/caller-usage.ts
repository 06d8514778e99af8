import { type CallerLimits } from '../config/callers/caller-limits.ts';
import { TokenBucket } from '../resilience/token-bucket.ts';
import { type LimitState } from './rate-limit-fields.ts';

/** Answers other than 429 show the limits once less than this share is left. */
const SHOWN_BELOW = 0.25;

/** Why a request is over a limit. */
export interface Excess {
  readonly violated: readonly LimitState['name'][];
  readonly waitMs: number;
}

/** The usage of one caller, as far as this process knows. Times are monotonic milliseconds, passed in. */
export class CallerUsage {
  private readonly bucket: TokenBucket | null;
  private inFlight = 0;

  constructor(private readonly limits: CallerLimits) {
    const { rate } = limits;
    this.bucket = rate && new TokenBucket(rate.requestsPerSecond, rate.burst);
  }

  /** Why the request is over a limit; null: it is within every limit. Nothing is charged. */
  excess(tokens: number, now: number, isNew: boolean): Excess | null {
    const { concurrent } = this.limits;
    const isOverConcurrent = isNew && concurrent !== null && this.inFlight >= concurrent;
    const waitMs = this.bucket?.waitMs(tokens, now) ?? 0;
    if (!isOverConcurrent && waitMs === 0) return null;
    const violated = [
      ...(waitMs > 0 ? (['rate'] as const) : []),
      ...(isOverConcurrent ? (['concurrent'] as const) : []),
    ];
    return { violated, waitMs };
  }

  charge(tokens: number, now: number): void {
    this.bucket?.take(tokens, now);
  }

  /** @returns a function that ends the request; only its first call counts */
  begin(): () => void {
    this.inFlight += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.inFlight -= 1;
      isOver = true;
    };
  }

  /** Whether answers show the caller how little is left. */
  isNearLimit(now: number): boolean {
    const { rate, concurrent } = this.limits;
    const isRateNear = rate !== null && (this.bucket?.left(now) ?? 0) < rate.burst * SHOWN_BELOW;
    return isRateNear || (concurrent !== null && concurrent - this.inFlight < concurrent * SHOWN_BELOW);
  }

  states(now: number): readonly LimitState[] {
    const { rate, concurrent } = this.limits;
    return [
      ...(rate && this.bucket ? [rateState(this.bucket, now)] : []),
      ...(concurrent === null ? [] : [this.concurrentState(concurrent)]),
    ];
  }

  private concurrentState(quota: number): LimitState {
    const remaining = Math.max(0, quota - this.inFlight);
    return { name: 'concurrent', quota, remaining, windowSeconds: null, resetSeconds: null };
  }
}

function rateState(bucket: TokenBucket, now: number): LimitState {
  const { burst, perSecond } = bucket;
  const remaining = Math.max(0, Math.floor(bucket.left(now)));
  const missing = remaining === 0 ? 1 : burst;
  return {
    name: 'rate',
    quota: burst,
    remaining,
    windowSeconds: seconds((burst * 1000) / perSecond),
    resetSeconds: seconds(bucket.waitMs(missing, now)),
  };
}

/** Whole seconds, at least one. */
export const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
