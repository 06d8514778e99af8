import { type Clock, type Timer } from '../config/clock.ts';
import { Deadline } from './deadline.ts';
import { RollingCount } from './rolling-count.ts';

/** The bulkhead does not permit the call: the queue is full, or does not reach it in time. */
export class BulkheadFullError extends Error {}

export interface BulkheadOptions {
  /** Calls in flight at once. */
  readonly maxConcurrent: number;
  /** Calls that wait for a permit. */
  readonly maxQueue: number;
  readonly queueTimeoutMs: number;
}

/** How far back calls that ended tell how fast the queue moves. */
const OBSERVED_MS = 1000;
/** How often in the longest wait the calls in the queue are judged. */
const JUDGED_TIMES = 8;

interface Waiter {
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly permit: () => void;
  readonly refuse: (reason: string) => void;
}

/**
 * Limits the calls in flight. Calls beyond the limit wait in a bounded queue, for a bounded time, first come first served. A call
 * that the queue will not reach in time is refused as soon as that is known.
 */
export class Bulkhead {
  private running = 0;
  private readonly queue: Waiter[] = [];
  private fullSince = 0;
  /** Calls that have ended since the bulkhead is full. */
  private ended = new RollingCount(OBSERVED_MS);
  private judging: Timer | null = null;

  /** @throws RangeError when no call would ever be permitted */
  constructor(
    private readonly clock: Clock,
    private readonly options: BulkheadOptions,
  ) {
    if (options.maxConcurrent < 1)
      throw new RangeError(`maxConcurrent must be at least 1, not ${options.maxConcurrent}`);
  }

  get inFlight(): number {
    return this.running;
  }

  get queued(): number {
    return this.queue.length;
  }

  /** @returns whether the call is permitted without a wait; then as `acquire` */
  tryAcquire(): boolean {
    const { maxConcurrent } = this.options;
    if (this.running >= maxConcurrent) return false;
    this.running += 1;
    if (this.running === maxConcurrent) {
      this.fullSince = this.clock.monotonic();
      this.ended = new RollingCount(OBSERVED_MS);
    }
    return true;
  }

  /**
   * Resolves when the call is permitted. Each permit is given back once, with `release`.
   * @param withinMs so long the call can wait; `queueTimeoutMs` at most
   * @throws BulkheadFullError also when the signal is aborted while the call waits
   */
  async acquire(signal: AbortSignal, withinMs = Infinity): Promise<void> {
    if (this.tryAcquire()) return;
    if (this.queue.length >= this.options.maxQueue) throw new BulkheadFullError('the queue is full');
    const waitMs = Math.min(withinMs, this.options.queueTimeoutMs);
    if (this.leastWaitMs(this.queue.length + 1) > waitMs) throw new BulkheadFullError('the queue is too slow');
    await this.wait(signal, waitMs);
  }

  release(): void {
    this.ended.add(this.clock.monotonic());
    const next = this.queue.shift();
    if (next) next.permit();
    else this.running -= 1;
  }

  /**
   * How long the call at this place of the queue will wait at least: the calls in flight may all end now, and those after them
   * take as long as calls have taken since the bulkhead is full.
   */
  private leastWaitMs(place: number): number {
    const { maxConcurrent } = this.options;
    const now = this.clock.monotonic();
    const observedMs = Math.min(OBSERVED_MS, now - this.fullSince);
    return (Math.max(0, place - maxConcurrent) * observedMs) / (this.ended.total(now) + maxConcurrent);
  }

  private judge(): void {
    const now = this.clock.monotonic();
    const refused: Waiter[] = [];
    for (const [index, waiter] of this.queue.entries())
      if (this.leastWaitMs(index + 1 - refused.length) > waiter.until - now) refused.push(waiter);
    for (const { refuse } of refused) refuse('the queue is too slow');
  }

  private wait(signal: AbortSignal, waitMs: number): Promise<void> {
    this.judging ??= this.clock.every(this.options.queueTimeoutMs / JUDGED_TIMES, () => {
      this.judge();
    });
    return new Promise((resolve, reject) => {
      const timeout = new Deadline(this.clock, waitMs, signal);
      const end = (): void => {
        timeout.signal.removeEventListener('abort', leave);
        timeout.dispose();
        if (this.queue.length > 0) return;
        this.judging?.cancel();
        this.judging = null;
      };
      const refuse = (reason: string): void => {
        this.queue.splice(this.queue.indexOf(waiter), 1);
        end();
        reject(new BulkheadFullError(reason));
      };
      const leave = (): void => {
        refuse('the wait in the queue timed out');
      };
      const permit = (): void => {
        end();
        resolve();
      };
      const waiter = { until: this.clock.monotonic() + waitMs, permit, refuse };
      this.queue.push(waiter);
      if (timeout.signal.aborted) leave();
      else timeout.signal.addEventListener('abort', leave, { once: true });
    });
  }
}
