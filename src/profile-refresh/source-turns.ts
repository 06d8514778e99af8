import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CacheRead, type ProfileCache } from '../profile-cache/profile-cache.ts';
import { type LeaseRequest, type SourceLeases } from '../profile-cache/source-leases.ts';

/** What is done around the fetches. */
export interface TurnWork {
  /** Called beside the question for the leases: these sources will be fetched in a moment. */
  prepare(sources: readonly string[]): void;
  /** Stores what was fetched of these sources. */
  write(sources: readonly string[]): Promise<void>;
}

/**
 * The turns of one refresh at fetching its sources: a process fetches a source, or waits for the process that does and finds
 * what that has written. All leases are asked for at once. They are given back when what was fetched under them is written,
 * and never wait for a source that another process fetches: two refreshes could wait for each other.
 */
export class SourceTurns {
  private readonly groups: LeaseGroup[] = [];
  private readonly left = new Set<string>();
  private rereading: Promise<CacheRead> | null = null;

  /**
   * @param read what the refresh goes out from
   * @param sources for all of which leases are asked for when the first one is needed
   */
  constructor(
    private readonly cache: ProfileCache,
    private readonly leases: SourceLeases,
    private readonly key: ProfileKey,
    private read: CacheRead,
    private readonly sources: readonly string[],
    private readonly work: TurnWork,
  ) {}

  /** The last that was read of the cache. */
  get latest(): CacheRead {
    return this.read;
  }

  /**
   * The part of a source: what `find` finds in the cache, where another process has written it, or else what `fetch` brings
   * when it is this process's turn.
   * @param signal ends the wait for another process
   */
  async take<Result>(
    source: string,
    signal: AbortSignal,
    find: (read: CacheRead) => Result | null,
    fetch: () => Promise<Result>,
  ): Promise<Result> {
    for (let group = this.groupOf(source); ; group = this.ask([source])) {
      const outcome = signal.aborted ? 'unavailable' : await group.outcomeOf(source, signal);
      const isOurs = outcome === 'unavailable' || (outcome === 'led' && (await group.isCurrent));
      const found = isOurs ? null : find(await this.reread());
      if (found !== null) {
        group.leave(source);
        return found;
      }
      if (outcome !== 'followed') return group.fetch(source, fetch);
      group.leave(source);
    }
  }

  /** What `fetch` brings of a source that each process fetches for itself. */
  fetchAtOnce<Result>(source: string, fetch: () => Promise<Result>): Promise<Result> {
    return this.groupOf(source).fetch(source, fetch);
  }

  /** Gives the lease on a source back that is not fetched here. */
  leave(source: string): void {
    this.left.add(source);
    this.groups[0]?.leave(source);
  }

  /** Writes what is left to be written, and gives all leases back. */
  async end(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.close()));
  }

  private groupOf(source: string): LeaseGroup {
    const first = this.groups[0] ?? this.askForAll();
    return first.covers(source) ? first : this.ask([source]);
  }

  private askForAll(): LeaseGroup {
    const sources = this.sources.filter((source) => !this.left.has(source));
    if (this.read.token.redis) this.work.prepare(sources);
    return this.ask(sources);
  }

  private ask(sources: readonly string[]): LeaseGroup {
    const { redis } = this.read.token;
    const leases = redis && this.leases.request(this.key, sources, redis.generation);
    const isCurrent = redis ? this.cache.isCurrent(this.key, this.read) : Promise.resolve(true);
    const group = new LeaseGroup(leases, sources, isCurrent, this.work);
    this.groups.push(group);
    return group;
  }

  /** One read for all sources whose turn has come at the same time. */
  private reread(): Promise<CacheRead> {
    this.rereading ??= Promise.resolve().then(async () => {
      this.rereading = null;
      this.read = await this.cache.read(this.key);
      return this.read;
    });
    return this.rereading;
  }
}

/** Leases that were asked for at once. What is fetched under them is written at once. */
class LeaseGroup {
  private readonly open: Set<string>;
  private readonly fetched: string[] = [];
  private closing: Promise<void> | null = null;

  /**
   * @param leases null: there is no Redis
   * @param isCurrent whether the cache still held, once the leases were asked for, what was read before
   */
  constructor(
    private readonly leases: LeaseRequest | null,
    sources: readonly string[],
    readonly isCurrent: Promise<boolean>,
    private readonly work: TurnWork,
  ) {
    this.open = new Set(sources);
  }

  covers(source: string): boolean {
    return this.open.has(source);
  }

  outcomeOf(source: string, signal: AbortSignal): ReturnType<LeaseRequest['outcomeOf']> {
    return this.leases ? this.leases.outcomeOf(source, signal) : Promise.resolve('unavailable');
  }

  async fetch<Result>(source: string, fetch: () => Promise<Result>): Promise<Result> {
    try {
      const result = await fetch();
      this.fetched.push(source);
      return result;
    } finally {
      this.settle(source);
    }
  }

  leave(source: string): void {
    if (!this.open.has(source)) return;
    void this.leases?.release(source);
    this.settle(source);
  }

  /** Writes what was fetched, then gives the leases back. */
  close(): Promise<void> {
    this.closing ??= this.work.write(this.fetched).finally(() => this.leases?.release());
    return this.closing;
  }

  private settle(source: string): void {
    this.open.delete(source);
    if (this.open.size === 0) void this.close().catch(() => undefined); // `end` throws it.
  }
}
