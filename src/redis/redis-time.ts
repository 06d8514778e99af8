import { type Clock } from '../config/clock.ts';

/** The rest of a read's one `REDIS_TIMEOUT_MS` for all its questions to Redis. Only the time in which it waits for Redis counts. */
export class RedisTime {
  private spentMs = 0;
  /** How many answers are waited for. */
  private waits = 0;
  /** Monotonic milliseconds since when an answer has been waited for. */
  private waitingSince = 0;

  /** @param limitMs Infinity without Redis */
  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {}

  get leftMs(): number {
    return Math.max(0, this.limitMs - this.spentMs - this.presentWaitMs);
  }

  /** The answer; the time until it comes is spent. Time in which several answers are waited for counts once. */
  async waitFor<T>(answer: (leftMs: number) => Promise<T>): Promise<T> {
    const { leftMs } = this;
    if (this.waits === 0) this.waitingSince = this.clock.monotonic();
    this.waits += 1;
    try {
      return await answer(leftMs);
    } finally {
      this.spentMs += this.waits === 1 ? this.presentWaitMs : 0;
      this.waits -= 1;
    }
  }

  private get presentWaitMs(): number {
    return this.waits === 0 ? 0 : this.clock.monotonic() - this.waitingSince;
  }
}
