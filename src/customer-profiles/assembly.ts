import { type Deadline } from '../upstream/deadline.ts';
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
  private readonly work: Promise<void>;

  /** @param work fetches parts and records them with `settle`; it must not reject on a source's failure */
  constructor(work: (assembly: Assembly) => Promise<void>) {
    this.work = work(this);
    this.work.catch(() => undefined); // Waiters get the failure; without one it is nobody's.
  }

  /** Fires when nobody waits any more. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  settle(source: SourceName, part: Part): void {
    this.parts.set(source, part);
  }

  /** Resolves when all parts are there or the deadline has passed. */
  async wait(deadline: Deadline): Promise<void> {
    this.waiters += 1;
    try {
      await deadline.orOverdue(this.work, () => undefined);
    } finally {
      this.waiters -= 1;
      if (this.waiters === 0) this.abort.abort();
    }
  }
}
