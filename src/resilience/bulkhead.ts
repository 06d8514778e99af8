import { type Clock } from '../config/clock.ts';
import { Deadline } from './deadline.ts';

/** Left without a place: the queue was full, or none came free in time. */
export class NoPlace extends Error {}

/**
 * A limit on calls under way at once, with a bounded queue in which nobody waits longer than a bounded time.
 */
export class Places {
  private taken = 0;
  private readonly queue: { readonly enter: () => void }[] = [];
  private readonly limits: { readonly places: number; readonly queue: number; readonly waitMs: number };

  constructor(
    private readonly clock: Clock,
    limits: { readonly places: number; readonly queue: number; readonly waitMs: number },
  ) {
    if (limits.places < 1) throw new RangeError(`places must be at least 1, not ${limits.places}`);
    this.limits = limits;
  }

  get underWay(): number {
    return this.taken;
  }

  get queued(): number {
    return this.queue.length;
  }

  /**
   * Resolves when there is a place; `leave` must be called once for each.
   * @throws NoPlace
   */
  async enter(signal: AbortSignal): Promise<void> {
    if (this.taken < this.limits.places) {
      this.taken += 1;
      return;
    }
    if (this.queue.length >= this.limits.queue) throw new NoPlace('the queue is full');
    await this.wait(signal);
  }

  leave(): void {
    const next = this.queue.shift();
    if (next) next.enter();
    else this.taken -= 1;
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = new Deadline(this.clock, this.limits.waitMs, signal);
      const giveUp = (): void => {
        this.queue.splice(this.queue.indexOf(waiter), 1);
        reject(new NoPlace('no place came free in time'));
      };
      const waiter = {
        enter: (): void => {
          over.signal.removeEventListener('abort', giveUp);
          over.release();
          resolve();
        },
      };
      this.queue.push(waiter);
      if (over.signal.aborted) giveUp();
      else over.signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
