import { type Clock } from '../config/clock.ts';

/** The work of a flight. `Partial` is the result so far. */
export interface Work<T, Partial = undefined> {
  readonly result: Promise<T>;
  readonly soFar: () => Partial;
  /** Later calls may join until this ends, also after the result is there. Default: the end of `result`. */
  readonly joinableUntil?: Promise<unknown>;
}

/**
 * Begins the work. The signal fires when every caller has left; the work says when it sends its question, if it waits before.
 */
export type Start<T, Partial = undefined> = (signal: AbortSignal, onSent: () => void) => Work<T, Partial>;

/** A piece of work that several callers share. */
export class Flight<T, Partial = undefined> {
  private readonly abort = new AbortController();
  private readonly work: Work<T, Partial>;
  private holders = 0;
  private sent: number | null = null;
  private found: T | undefined;
  private hasEnded = false;

  constructor(clock: Clock, start: Start<T, Partial>) {
    this.work = start(this.abort.signal, () => {
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

  /** Epoch ms when the question was sent; null: it is not sent yet, so that the answer will be newer than now. */
  get sentAt(): number | null {
    return this.sent;
  }

  /** Fires when every caller has left before the end. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** The result; before that, the result so far. */
  get value(): T | Partial {
    return this.found ?? this.work.soFar();
  }

  get ended(): boolean {
    return this.hasEnded;
  }

  /** The result, for observers that do not keep the flight going. */
  get result(): Promise<T> {
    return this.work.result;
  }

  /** Keeps the work going when its callers leave. */
  keep(): void {
    this.holders += 1;
  }

  /** Resolves, or rejects, when later calls do not join any more. */
  get joinableUntil(): Promise<unknown> {
    return this.work.joinableUntil ?? this.work.result;
  }

  /**
   * The result, for a caller that may leave. The work goes on until the last one has left.
   * @returns undefined when the caller has left
   */
  async hold(leaving: AbortSignal): Promise<T | undefined> {
    const left = Promise.withResolvers<undefined>();
    const leave = (): void => {
      this.holders -= 1;
      if (this.holders === 0 && !this.hasEnded) this.abort.abort();
      left.resolve(undefined);
    };
    this.holders += 1;
    if (leaving.aborted) leave();
    else leaving.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.work.result, left.promise]);
    } finally {
      leaving.removeEventListener('abort', leave);
      if (!leaving.aborted) this.holders -= 1;
    }
  }
}

/** Shares work: calls with the same key join the flight that is under way. */
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

  /** The result of the flight that is under way, or else of this work. It goes on when its callers leave. */
  run(this: SingleFlight<T>, key: string, work: () => Promise<T>): Promise<T> {
    const { flight } = this.join(
      key,
      () => true,
      () => ({ result: work(), soFar: () => undefined }),
    );
    return flight.result;
  }

  /**
   * @param canJoin whether the flight under way serves this call; else a new one takes its place
   */
  join(
    key: string,
    canJoin: (flight: Flight<T, Partial>) => boolean,
    start: Start<T, Partial>,
  ): { readonly flight: Flight<T, Partial>; readonly joined: boolean } {
    const present = this.flights.get(key);
    if (present && !present.signal.aborted && canJoin(present)) return { flight: present, joined: true };
    const flight = new Flight(this.clock, start);
    this.flights.set(key, flight);
    const remove = (): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    flight.joinableUntil.then(remove, remove);
    return { flight, joined: false };
  }
}
