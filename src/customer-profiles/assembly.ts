import { Deadline } from '../upstream/deadline.ts';
import { type Part } from '../profile-cache/part.ts';
import { type SourceName } from './profile-parts.ts';

/**
 * Parts being fetched for all who wait for them. Each waiter leaves at its own deadline with what is there; when the
 * last one has left, what is still under way is aborted.
 */
export class Assembly {
  readonly parts = new Map<SourceName, Part>();
  private readonly abort = new AbortController();
  private waiters = 0;
  private hasEnded = false;
  /** Settles when every part is there. */
  readonly done: Promise<void>;

  /** @param work fetches parts and records them with `settle`; it must not reject on a source's failure */
  constructor(work: (assembly: Assembly) => Promise<void>) {
    this.done = work(this).finally(() => {
      this.hasEnded = true;
    });
    this.done.catch(() => undefined); // Waiters get the failure; without one it is nobody's.
  }

  /** Fires when nobody waits any more for what is still under way. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Whether all parts are there, or never will be. */
  get ended(): boolean {
    return this.hasEnded;
  }

  settle(source: SourceName, part: Part): void {
    this.parts.set(source, part);
  }

  /** Whether all parts are there before `ms` have passed; looks without being a waiter. */
  async isDoneWithin(ms: number): Promise<boolean> {
    if (this.hasEnded || ms <= 0) return this.hasEnded;
    const done = this.done.then(() => true);
    return new Deadline(ms).orOverdue(done, () => false);
  }

  /** Resolves when all parts are there or the deadline has passed. */
  async wait(deadline: Deadline): Promise<void> {
    this.waiters += 1;
    try {
      await deadline.orOverdue(this.done, () => undefined);
    } finally {
      this.waiters -= 1;
      if (this.waiters === 0 && !this.hasEnded) this.abort.abort();
    }
  }
}
