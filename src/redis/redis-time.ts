import { type Clock } from '../config/clock.ts';

/**
 * A read has one `REDIS_TIMEOUT_MS` for all its commands to Redis; this is the rest of it. Only the time in which the read waits for
 * Redis counts, and of that only the time in which this process has nothing to do: Redis is not slow because the process reads its
 * answer late. One command waits no longer than its own timeout.
 */
export class RedisTime {
  private spentMs = 0;
  /** The number of answers for which it waits. */
  private waits = 0;
  /** The process's idle milliseconds when the present wait began. */
  private idleBefore = 0;

  /** @param limitMs Infinity without Redis */
  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {}

  get leftMs(): number {
    return Math.max(0, this.limitMs - this.spentMs - this.presentWaitMs);
  }

  /** Waits for the answer, and spends the time that it takes. Overlapping waits count once. */
  async waitFor<T>(answer: (leftMs: number) => Promise<T>): Promise<T> {
    const { leftMs } = this;
    if (this.waits === 0) this.idleBefore = this.clock.loopTime().idleMs;
    this.waits += 1;
    try {
      return await answer(leftMs);
    } finally {
      this.spentMs += this.waits === 1 ? this.presentWaitMs : 0;
      this.waits -= 1;
    }
  }

  private get presentWaitMs(): number {
    return this.waits === 0 ? 0 : this.clock.loopTime().idleMs - this.idleBefore;
  }
}
