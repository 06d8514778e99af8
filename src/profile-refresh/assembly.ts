import { type Part } from '../profile-cache/part.ts';
import { type Deadline } from '../resilience/deadline.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { holds, isNeeded, withoutOtherLink } from './freshness.ts';

/**
 * Parts being fetched for all who wait for them. Each waiter leaves when what it asked for is there, or at its own
 * deadline with what is there; when the last one has left in vain, what is still under way is aborted.
 */
export class Assembly {
  private readonly settled = new Map<SourceName, Part>();
  private readonly abort = new AbortController();
  private readonly watchers = new Set<() => void>();
  private waiters = 0;
  private hasEnded = false;
  /** Settles when every part is there. */
  readonly done: Promise<void>;

  /**
   * @param asked the sources that are asked
   * @param known the parts there were before
   * @param work fetches parts and records them with `settle`; it must not reject on a source's failure
   */
  constructor(
    readonly asked: ReadonlySet<SourceName>,
    private known: ProfileParts,
    work: (assembly: Assembly) => Promise<void>,
  ) {
    this.done = work(this).finally(() => {
      this.hasEnded = true;
    });
    this.done.catch(() => undefined); // Avoids an unhandled rejection when nobody awaits it.
  }

  /** What was fetched so far. */
  get fetched(): ReadonlyMap<SourceName, Part> {
    return this.settled;
  }

  /** What was known before, overlaid with what was fetched. */
  get parts(): ProfileParts {
    const fetched = Object.fromEntries(this.settled) as ProfileParts;
    return { ...withoutOtherLink(this.known, fetched), ...fetched };
  }

  /** What was known before. */
  get base(): ProfileParts {
    return this.known;
  }

  /** Another process has refreshed what was known. */
  rebase(known: ProfileParts): void {
    this.known = known;
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
    this.settled.set(source, part);
    for (const look of this.watchers) look();
  }

  /** Whether all parts are there before the deadline; looks without being a waiter. */
  async isDoneWithin(deadline: Deadline): Promise<boolean> {
    if (this.hasEnded || deadline.remainingMs() === 0) return this.hasEnded;
    const done = this.done.then(() => true);
    return deadline.race(done, () => false);
  }

  /** Resolves when all that the query asks for is there or the deadline has passed. */
  async wait(query: ReadRequirements, deadline: Deadline, now: () => number): Promise<void> {
    const there = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (this.has(query, now())) there.resolve(undefined);
    };
    this.waiters += 1;
    this.watchers.add(look);
    look();
    try {
      await deadline.race<unknown>(Promise.race([this.done, there.promise]), () => undefined);
    } finally {
      this.watchers.delete(look);
      this.waiters -= 1;
      if (this.waiters === 0 && !this.hasEnded && !this.has(query, now())) this.abort.abort();
    }
  }

  /** Whether every source of the query has answered, well or not, or need not be asked. */
  private has(query: ReadRequirements, now: number): boolean {
    const { parts } = this;
    return holds(parts, query, (source, part) => this.settled.has(source) || !isNeeded(source, part, query, now));
  }
}
