import { type Clock } from '../config/clock.ts';
import { Deadline } from './deadline.ts';

/** The bulkhead did not permit the call: its queue was full, or the wait in the queue timed out. */
export class BulkheadFullError extends Error {}

export interface BulkheadOptions {
  /** Calls in flight at once. */
  readonly maxConcurrent: number;
  /** Calls that wait for a permit. */
  readonly maxQueue: number;
  readonly queueTimeoutMs: number;
}

/** Limits the calls in flight. Calls beyond the limit wait in a bounded queue, for a bounded time, first come first served. */
export class Bulkhead {
  private running = 0;
  private readonly queue: { readonly permit: () => void }[] = [];

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
    if (this.running >= this.options.maxConcurrent) return false;
    this.running += 1;
    return true;
  }

  /**
   * Resolves when the call is permitted. Each permit is given back once, with `release`.
   * @throws BulkheadFullError also when the signal is aborted while the call waits
   */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.tryAcquire()) return;
    if (this.queue.length >= this.options.maxQueue) throw new BulkheadFullError('the queue is full');
    await this.wait(signal);
  }

  release(): void {
    const next = this.queue.shift();
    if (next) next.permit();
    else this.running -= 1;
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeout = new Deadline(this.clock, this.options.queueTimeoutMs, signal);
      const leave = (): void => {
        this.queue.splice(this.queue.indexOf(waiter), 1);
        reject(new BulkheadFullError('the wait in the queue timed out'));
      };
      const waiter = {
        permit: (): void => {
          timeout.signal.removeEventListener('abort', leave);
          timeout.dispose();
          resolve();
        },
      };
      this.queue.push(waiter);
      if (timeout.signal.aborted) leave();
      else timeout.signal.addEventListener('abort', leave, { once: true });
    });
  }
}
