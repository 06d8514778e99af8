import { type Clock } from '../config/clock.ts';

/** The work of a flight. `Partial` is the type of the result so far. */
export interface Work<T, Partial = undefined> {
  readonly result: Promise<T>;
  readonly soFar: () => Partial;
  /** Later calls may join until this settles, even after the result. Default: the end of `result`. */
  readonly joinableUntil?: Promise<unknown>;
}

/** For how long the callers of some work want it. */
export interface Demand {
  /** Fires when every caller has left before the end. */
  readonly signal: AbortSignal;
  /**
   * When the last caller's time is over, in monotonic milliseconds, also when that caller has left. It may become later, when another
   * caller joins.
   */
  readonly wantedUntil: number;
}

/** Begins the work. Work that waits first calls `onSent` when it sends its request. */
export type Start<T, Partial = undefined> = (demand: Demand, onSent: () => void) => Work<T, Partial>;

/** A piece of work that several callers share. */
export class Flight<T, Partial = undefined> implements Demand {
  private readonly abort = new AbortController();
  private readonly work: Work<T, Partial>;
  /** Callers that have not left. */
  private holders = 0;
  private until = 0;
  private sent: number | null = null;
  private found: T | undefined;
  private hasEnded = false;

  constructor(clock: Clock, start: Start<T, Partial>) {
    this.work = start(this, () => {
      this.sent = clock.now();
    });
    this.work.result
      .then((result) => {
        this.found = result;
      })
      .catch(() => undefined) // Avoids an unhandled rejection when no caller awaits it.
      .finally(() => {
        this.hasEnded = true;
      });
  }

  /** Epoch milliseconds when the request was sent; null: it has not been sent yet, so the answer will be newer than now. */
  get sentAt(): number | null {
    return this.sent;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get wantedUntil(): number {
    return this.until;
  }

  /** The result; before that, the result so far. */
  get value(): T | Partial {
    return this.found ?? this.work.soFar();
  }

  get ended(): boolean {
    return this.hasEnded;
  }

  /** The result, for observers that do not hold the flight. */
  get result(): Promise<T> {
    return this.work.result;
  }

  /** Lets the work continue when its callers leave. */
  keep(): void {
    this.holders += 1;
    this.until = Infinity;
  }

  /** Settles when later calls can no longer join. */
  get joinableUntil(): Promise<unknown> {
    return this.work.joinableUntil ?? this.work.result;
  }

  /**
   * The result, for a caller that may leave. The work continues until the last caller has left.
   * @param until when the caller's time is over, in monotonic milliseconds. Work that has begun continues, so that the result is cached.
   * @returns undefined when the caller has left
   */
  async hold(leaving: AbortSignal, until = Infinity): Promise<T | undefined> {
    const left = Promise.withResolvers<undefined>();
    const leave = (): void => {
      this.holders -= 1;
      if (this.holders === 0 && !this.hasEnded) this.abort.abort();
      left.resolve(undefined);
    };
    this.holders += 1;
    this.until = Math.max(this.until, until);
    if (leaving.aborted) leave();
    else leaving.addEventListener('abort', leave);
    try {
      return await Promise.race([this.work.result, left.promise]);
    } finally {
      leaving.removeEventListener('abort', leave);
    }
  }
}

/** Shares work: calls with the same key join the flight in progress. */
export class SingleFlight<T, Partial = undefined> {
  private readonly flights = new Map<string, Flight<T, Partial>>();

  constructor(private readonly clock: Clock) {}

  has(key: string): boolean {
    return this.flights.has(key);
  }

  /** All flights that can be joined. */
  get inFlight(): readonly Flight<T, Partial>[] {
    return [...this.flights.values()];
  }

  /** The result of the flight in progress, or else of this work, which continues when its callers leave. */
  run(this: SingleFlight<T>, key: string, work: () => Promise<T>): Promise<T> {
    const { flight } = this.join(
      key,
      () => true,
      () => ({ result: work(), soFar: () => undefined }),
    );
    return flight.result;
  }

  /** @param canJoin whether the flight in progress serves this call; if not, a new one replaces it */
  join(
    key: string,
    canJoin: (flight: Flight<T, Partial>) => boolean,
    start: Start<T, Partial>,
  ): { readonly flight: Flight<T, Partial>; readonly joined: boolean } {
    const present = this.present(key, canJoin);
    return present ? { flight: present, joined: true } : { flight: this.start(key, start), joined: false };
  }

  /** The flight in progress, when it serves the call. */
  present(key: string, canJoin: (flight: Flight<T, Partial>) => boolean): Flight<T, Partial> | null {
    const present = this.flights.get(key);
    return present && !present.signal.aborted && canJoin(present) ? present : null;
  }

  /** Starts a flight, which replaces the one in progress. */
  start(key: string, start: Start<T, Partial>): Flight<T, Partial> {
    const flight = new Flight(this.clock, start);
    this.flights.set(key, flight);
    const remove = (): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    flight.joinableUntil.then(remove, remove);
    return flight;
  }
}
