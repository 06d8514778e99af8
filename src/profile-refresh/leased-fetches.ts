import { type Timer } from '../config/clock.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { type CacheRead } from '../profile-cache/profile-cache.ts';
import { type LeaseRequest } from '../profile-cache/source-leases.ts';
import { type RefreshServices } from './refresh-services.ts';

/** How long a fetched part waits for others, to be written with them. */
export const BATCH_MS = 20;

/** Callbacks around the fetches. */
export interface FetchHooks {
  /**
   * Called with the request for the leases: these sources will be fetched soon.
   * @param withinMs how long to wait for Redis
   */
  prepare(sources: readonly string[], withinMs: number): void;
  /** Stores the fetched parts of these sources. */
  write(sources: readonly string[]): Promise<void>;
}

/** A fetch in progress. */
export interface LeasedFetch<Result> {
  readonly result: Promise<Result>;
  /** Resolves when the result is written and the lease released. */
  readonly written: Promise<void>;
}

/** Leases that were requested together. */
interface Asked {
  readonly sources: readonly string[];
  /** null: there is no Redis. */
  readonly leases: LeaseRequest | null;
  /** Whether the cache still had the same version when the leases were requested. */
  readonly isCurrent: Promise<boolean>;
}

interface Fetched {
  readonly source: string;
  readonly asked: Asked;
  readonly written: PromiseWithResolvers<undefined>;
}

/**
 * The fetches of one refresh, each under a lease: this process fetches a source, or waits for the process that does and
 * finds the part that it has written. It requests all leases at once. It writes fetches that end within a moment together,
 * and then releases their leases, so that a source that hangs does not delay the write of another one, and no lease waits
 * for another process.
 */
export class LeasedFetches {
  /** Sources whose fetch has neither begun nor been given up. */
  private readonly idle: Set<string>;
  /** The number of fetches in progress. */
  private inFlight = 0;
  private first: Asked | null = null;
  private readonly fetched: Fetched[] = [];
  private readonly givenUp = new Set<string>();
  private readonly pending: Promise<unknown>[] = [];
  private batchTimer: Timer | null = null;
  private rereading: Promise<CacheRead> | null = null;

  /**
   * @param read the cached customer from which the refresh starts
   * @param sources the sources whose leases are requested together when the first one is needed
   */
  constructor(
    private readonly services: RefreshServices,
    private readonly key: ProfileKey,
    private read: CacheRead,
    sources: readonly string[],
    private readonly hooks: FetchHooks,
  ) {
    this.idle = new Set(sources);
  }

  /** The last read of the cache. */
  get latest(): CacheRead {
    return this.read;
  }

  /** Sources whose parts wait for others, to be written with them. */
  get waiting(): readonly string[] {
    return this.fetched.map(({ source }) => source);
  }

  /**
   * Gets the part of a source: `find` finds it in the cache when another process has written it, otherwise `fetch` fetches
   * it.
   * @param find null: each process fetches this source for itself
   * @param signal ends the wait for another process
   */
  start<Result>(
    source: string,
    signal: AbortSignal,
    find: ((read: CacheRead) => Result | null) | null,
    fetch: () => Promise<Result>,
  ): LeasedFetch<Result> {
    const written = Promise.withResolvers<undefined>();
    this.pending.push(written.promise);
    return { result: this.run(source, signal, find, fetch, written), written: written.promise };
  }

  /** Releases the lease on a source that this refresh does not fetch. */
  giveUp(source: string): void {
    if (!this.idle.delete(source) || !this.first?.sources.includes(source)) return;
    this.givenUp.add(source);
    if (this.givenUp.size === 1) this.pending.push(this.releaseGivenUp(this.first));
  }

  /** Releases the unused leases, and resolves when every fetch that has begun is written. */
  async end(): Promise<void> {
    for (const source of this.idle) this.giveUp(source);
    await Promise.all(this.pending);
  }

  private async run<Result>(
    source: string,
    signal: AbortSignal,
    find: ((read: CacheRead) => Result | null) | null,
    fetch: () => Promise<Result>,
    written: PromiseWithResolvers<undefined>,
  ): Promise<Result> {
    this.inFlight += 1;
    let asked = this.askedFor(source);
    try {
      while (find) {
        const outcome = signal.aborted || !asked.leases ? 'unavailable' : await asked.leases.outcomeOf(source, signal);
        const mayFetchUnseen = outcome === 'unavailable' || (outcome === 'led' && (await asked.isCurrent));
        const found = mayFetchUnseen ? null : find(await this.reread());
        if (found !== null) {
          void giveBack([{ source, asked, written }]);
          return found;
        }
        if (outcome !== 'followed') break;
        asked = this.ask([source]);
      }
      // After a wait for another process, the prepared answers are outdated.
      if (asked !== this.first) this.hooks.prepare([source], this.read.redisTime.leftMs);
      const result = await fetch();
      this.fetched.push({ source, asked, written });
      return result;
    } catch (error) {
      void giveBack([{ source, asked, written }]);
      throw error;
    } finally {
      this.inFlight -= 1;
      this.writeSoon();
    }
  }

  /** Writes at once after the last fetch. Earlier results wait a moment for others. */
  private writeSoon(): void {
    if (this.fetched.length === 0) return;
    this.batchTimer ??= this.services.clock.after(BATCH_MS, () => void this.write());
    if (this.inFlight > 0) return;
    // The last fetch may be the link, after which others begin.
    setImmediate(() => {
      if (this.inFlight === 0) void this.write();
    });
  }

  private async write(): Promise<void> {
    this.batchTimer?.cancel();
    this.batchTimer = null;
    const batch = this.fetched.splice(0);
    if (batch.length === 0) return;
    try {
      await this.hooks.write(batch.map(({ source }) => source));
    } catch (error) {
      for (const { written } of batch) written.reject(error);
    } finally {
      await giveBack(batch);
    }
  }

  /** One command for all sources that are given up in the same turn of the event loop. */
  private async releaseGivenUp({ leases }: Asked): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const sources = [...this.givenUp];
    this.givenUp.clear();
    await leases?.release(sources);
  }

  private askedFor(source: string): Asked {
    if (!this.idle.has(source)) return this.ask([source]);
    if (!this.first) {
      this.hooks.prepare([...this.idle], this.read.redisTime.leftMs);
      this.first = this.ask([...this.idle]);
    }
    this.idle.delete(source);
    return this.first;
  }

  private ask(sources: readonly string[]): Asked {
    const { redisTime } = this.read;
    const { redis } = this.read.token;
    const leases = redis && this.services.leases.request(this.key, sources, redis.generation, redisTime);
    const isCurrent = redis ? this.services.cache.isCurrent(this.key, this.read) : Promise.resolve(true);
    return { sources, leases, isCurrent };
  }

  /** One read for all sources that need it at the same time. */
  private reread(): Promise<CacheRead> {
    this.rereading ??= Promise.resolve().then(async () => {
      this.rereading = null;
      this.read = await this.services.cache.read(this.key, null, this.read.redisTime);
      return this.read;
    });
    return this.rereading;
  }
}

/** Releases leases; those that were requested together with one command. */
async function giveBack(fetches: readonly Fetched[]): Promise<void> {
  const byLeases = Map.groupBy(fetches, ({ asked }) => asked.leases);
  for (const [leases, some] of byLeases) await leases?.release(some.map(({ source }) => source));
  for (const { written } of fetches) written.resolve(undefined);
}
