import { type Clock, type Timer } from '../config/clock.ts';
import { Deadline } from './deadline.ts';
import { FairQueue } from './fair-queue.ts';
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

/** The calls that have ended in this time show how fast the queue moves. */
const OBSERVED_MS = 1000;
/** How often it judges the calls in the queue within the longest wait. */
const JUDGED_TIMES = 8;

interface Waiter {
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly permit: () => void;
  readonly refuse: (reason: string) => void;
}

/**
 * Limits the calls in flight. Calls beyond the limit wait in a bounded queue, for a bounded time; their owners take turns,
 * and the calls of one owner keep their order. It refuses a call that the queue will not reach in time as soon as it knows.
 * In a full queue a new call replaces the last call of an owner that has many.
 */
export class Bulkhead {
  private running = 0;
  private readonly queue = new FairQueue<Waiter>();
  private fullSince = 0;
  /** The calls that have ended since the bulkhead became full. */
  private ended = new RollingCount(OBSERVED_MS);
  private judging: Timer | null = null;

  /** @throws RangeError when it could never permit a call */
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

  /** @returns whether the call is permitted without a wait; then `release` the permit */
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
   * Resolves when the call is permitted. Call `release` once for each permit.
   * @param owner the owner of the call
   * @param withinMs how long the call can wait; `queueTimeoutMs` at most
   * @throws BulkheadFullError also when the signal is aborted while the call waits
   */
  async acquire(owner: string, signal: AbortSignal, withinMs = Infinity): Promise<void> {
    if (this.tryAcquire()) return;
    const waitMs = Math.min(withinMs, this.options.queueTimeoutMs);
    if (this.minWaitMs(this.queue.ahead(owner) + 1) > waitMs) throw new BulkheadFullError('the queue is too slow');
    if (this.queue.length >= this.options.maxQueue) this.makeRoom(owner);
    await this.wait(owner, signal, waitMs);
  }

  release(): void {
    this.ended.add(this.clock.monotonic());
    const next = this.queue.next();
    if (next) next.permit();
    else this.running -= 1;
  }

  /**
   * The shortest time that the call at this place of the queue will wait: the calls in flight may all end now, and the next
   * ones will be as fast as calls have been since the bulkhead became full.
   */
  private minWaitMs(place: number): number {
    const { maxConcurrent } = this.options;
    const now = this.clock.monotonic();
    const observedMs = Math.min(OBSERVED_MS, now - this.fullSince);
    return (Math.max(0, place - maxConcurrent) * observedMs) / (this.ended.total(now) + maxConcurrent);
  }

  /** @throws BulkheadFullError when nobody has more calls in the queue than this owner */
  private makeRoom(owner: string): void {
    const last = this.queue.lastOfMany(owner);
    if (!last) throw new BulkheadFullError('the queue is full');
    last.refuse('the queue is full');
  }

  private judge(): void {
    const now = this.clock.monotonic();
    const refused: Waiter[] = [];
    let place = 0;
    for (const waiter of this.queue) {
      place += 1;
      if (this.minWaitMs(place - refused.length) > waiter.until - now) refused.push(waiter);
    }
    for (const { refuse } of refused) refuse('the queue is too slow');
  }

  private wait(owner: string, signal: AbortSignal, waitMs: number): Promise<void> {
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
        this.queue.remove(owner, waiter);
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
      this.queue.add(owner, waiter);
      if (timeout.signal.aborted) leave();
      else timeout.signal.addEventListener('abort', leave);
    });
  }
}
